"""What of the Chat area loads models: one, or others beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import work

from workbench.errors import WorkbenchError
from workbench.hub.local import is_here
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.loaded_models import keep_loaded
from workbench.ui.screens.chat_frame import ChatFrame
from workbench.weights.seeing import is_seeing_folder


class ChatLoading(ChatFrame):
    """The part of the screen for the models."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen_next: ChosenModel | None = None
        """What is loaded once the models have answered."""

    def choose(self, chosen: ChosenModel) -> None:
        """Talk to this model from now on, alone."""
        if self.is_busy():
            return
        self.end_comparison()
        self.load(chosen)

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def load(self, chosen: ChosenModel) -> None:
        """Load what was chosen, once all of it is known and on this machine."""
        self.chosen_next = None
        if (whole := await self._made_whole(chosen)) is None:
            return
        self.chat.chosen = whole
        try:
            await self.make_ready(whole)
        except WorkbenchError as error:
            self.on_not_loaded()
            self.workbench.show_error(error)
            self.note("\n".join(self.missing_models()))
        else:
            others = await self._ready_others()
            said = [*self.models.warnings(whole), *self.unseen(), *others]
            self.note("\n".join(said))
            if not said:  # else the user reads it first
                self.call_later(self.on_ready)

    def on_not_loaded(self) -> None:
        """The model that was asked for cannot be loaded."""

    async def on_ready(self) -> None:
        """The model that was asked for is loaded, and there is nothing to say against it."""

    async def _ready_others(self) -> list[str]:
        """Attach what stands beside the first model on its base; another base is loaded once it is asked.

        Returns:
            sentences on what cannot be asked; what it said stays.
        """
        said = self.missing_models()
        for chosen in self.sides.chosen[1:]:
            if chosen.missing_part or self.models.is_ready(chosen) or not self.models.has_base_of(chosen):
                continue
            try:
                await self.make_ready(chosen)
            except WorkbenchError as error:
                said.append(printable(f"{chosen.label}: {error.what}"))
        return said

    async def make_ready(self, chosen: ChosenModel) -> None:
        """Load a model beside the others that are talked to, and say each stage.

        Raises:
            WorkbenchError: it cannot be loaded.
        """
        self._loading = chosen
        try:
            async for stage in self.models.load(chosen, self.sides.chosen):
                self.show_status()
                self.note(f"{stage} …")
            keep_loaded(self.workbench.state, chosen)
        finally:
            self._loading = None
            self.note("")
            self.show_status()

    def unseen(self) -> list[str]:
        """Why the attached pictures, or those of the conversation, cannot be sent, if a model takes none."""
        blind = [chosen for chosen in self.sides.chosen if self.models.sees(chosen) is False]
        if not blind:
            return []
        if self.pictures:
            return [_("{model} takes no pictures. Choose a model that sees: f9.").format(model=blind[0].label)]
        if any(question.images for question in self.chat.questions):
            said = _(
                "{model} takes no pictures, and this conversation has some. f9 chooses a model that sees, ctrl+l begins anew."
            )
            return [said.format(model=blind[0].label)]
        return []

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

    # -- several side by side

    async def add_beside(self, chosen: ChosenModel) -> bool:
        """Ask another model the same beside those that are asked; False if it cannot be, or the user would not.

        Raises:
            WorkbenchError: it cannot be loaded, or takes no pictures where some were shown.
        """
        first = self.chat.chosen
        assert first is not None
        if (whole := await self._made_whole(chosen, first.model)) is None:
            return False
        if whole in self.sides.chosen:
            self.note(_("{model} is asked already.").format(model=whole.label))
            return False
        is_second = any(one.endpoint is None for one in self.sides.chosen) and not self.models.has_base_of(whole)
        if is_second and not await self._may_load(whole):
            return False
        await self.make_ready(whole)
        if self.models.sees(whole) is False and any(question.images for question in self.chat.questions):
            raise WorkbenchError(
                _("{model} takes no pictures, and this conversation has some.").format(model=whole.label),
                fix=_("Start an empty conversation first: ctrl+l."),
            )
        self.sides.put_beside(whole)
        self.note("\n".join([*self.models.warnings(whole), *self.unseen()]))
        return True

    async def _may_load(self, chosen: ChosenModel) -> bool:
        """Say what memory another base takes beside what is loaded, and ask."""
        from workbench.ui.load_size import memory_said
        from workbench.ui.screens.choice import Choice, SuddenChoice

        if (said := memory_said(chosen)) is None:
            return True
        title = _("A second base in memory")
        choices = [Choice("load", _("load it beside the others")), Choice("leave", _("leave it"))]
        answer: str | None = await self.app.push_screen_wait(SuddenChoice(title, said, choices))
        return answer == "load"

    def end_comparison(self) -> None:
        """Go on with the left conversation alone; the others stay on disk."""
        if self.sides.are_several:
            self.sides.remove_others()
            self.call_later(self.repaint)
