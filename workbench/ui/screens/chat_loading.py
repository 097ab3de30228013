"""What of the Chat area loads models: one, or other weights beside those that are loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import work

from workbench.errors import WorkbenchError
from workbench.hub.local import is_here
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.screens.chat_frame import ChatFrame
from workbench.weights.seeing import is_seeing_folder


class ChatLoading(ChatFrame):
    """The part of the screen for the model."""

    def choose(self, chosen: ChosenModel) -> None:
        """Talk to these weights from now on."""
        if self._answering:
            self.note(_("The model is still answering; escape stops it."))
            return
        self.end_comparison()
        self.load(chosen)

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def load(self, chosen: ChosenModel) -> None:
        """Load what was chosen, once all of it is known and on this machine."""
        if (whole := await self._made_whole(chosen)) is None:
            return
        self.chat.chosen = whole
        try:
            async for stage in self._model.load(whole):
                self.show_status()
                self.note(f"{stage} …")
        except WorkbenchError as error:
            self.note("")
            self.workbench.show_error(error)
        else:
            self.note("\n".join([*self._model.warnings, *self.unseen()]))
        self.show_status()

    def unseen(self) -> list[str]:
        """Why the attached pictures cannot be sent, if a model takes none."""
        blind = [chat.chosen for chat in self.sides.all if chat.chosen and self._model.sees(chat.chosen) is False]
        if not self.pictures or not blind:
            return []
        return [_("{model} takes no pictures. Choose a model that sees: f9.").format(model=blind[0].label)]

    async def _made_whole(self, chosen: ChosenModel, base: str = "") -> ChosenModel | None:
        """Ask for what a LLaVA folder does not say, and fetch what is not here; None if the user does not want that.

        Args:
            base: the language model that is likely meant.
        """
        from workbench.ui.screens.seeing_bases import SeeingBases

        whole: ChosenModel | None
        try:
            whole = chosen.with_parts_named()
        except WorkbenchError as error:
            if chosen.seeing is None or not is_seeing_folder(Path(resolve_model(chosen.seeing))):
                self.workbench.show_error(error)
                return None
            whole = await self.app.push_screen_wait(SeeingBases(replace(chosen, model=chosen.model or base)))
        if whole is None or (model := await self._fetched(whole.model)) is None:
            return None
        tower = await self._fetched(whole.visual_encoder) if whole.visual_encoder else None
        if tower is None and whole.visual_encoder:
            return None
        return replace(whole, model=model, visual_encoder=tower)

    async def _fetched(self, name: str) -> str | None:
        """What to load for a name; None if it is not on this machine."""
        from workbench.ui.screens.model_download import ModelDownload

        if is_here(name):
            return name
        fetched = await self.app.push_screen_wait(ModelDownload(self.workbench.project, name))
        if fetched is None:
            self.note(_("The model is not on this machine."))
        return fetched

    # -- two side by side

    async def begin_comparison(self, chosen: ChosenModel) -> bool:
        """Put other weights on the loaded base beside the first ones; False if they cannot be.

        Raises:
            WorkbenchError: they are on another base, or cannot be loaded.
        """
        first = self.chat.chosen
        assert first is not None
        if (second := await self._made_whole(chosen.loaded_like(first), first.model)) is None:
            return False
        if second.base != first.base:
            raise WorkbenchError(
                _("The two are not on one base: {one} and {other}.").format(
                    one=first.base_label, other=second.base_label
                ),
                fix=_("Choose weights on {base}: only one base model is kept in memory.").format(base=first.base_label),
            )
        await self._model.use(second)
        if not self._model.sees(second) and any(question.images for question in self.chat.questions):
            raise WorkbenchError(
                _("{model} takes no pictures, and this conversation has some.").format(model=second.label),
                fix=_("Start an empty conversation first: ctrl+l."),
            )
        self.sides.put_beside(second)
        self.note("\n".join(self.unseen()))
        return True

    def end_comparison(self) -> None:
        """Go on with the left conversation alone; the other one stays on disk."""
        if self.sides.second is not None:
            self.sides.second = None
            self.call_later(self.repaint)
