"""The Chat area: ask the base, an adapter, a model that sees, or two of them side by side, and watch the answers."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.binding import BindingType

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.screens import chat_keys
from workbench.ui.screens.chat_asking import ChatAsking
from workbench.ui.widgets.prompt_input import PromptInput


class ChatScreen(ChatAsking):
    """One conversation with one loaded model, or two that take turns with it."""

    CSS_PATH = "chat.tcss"
    BINDINGS: ClassVar[list[BindingType]] = chat_keys.BINDINGS

    def arrive(self, **context: Any) -> None:
        """Chat with ``chosen``, if it is named; ``system`` and ``settings`` take the place of the conversation's own.

        ``images`` are attached.
        """
        self.chat.system = context.get("system", self.chat.system)
        self.chat.settings = context.get("settings", self.chat.settings)
        chosen = context.get("chosen")
        if model := context.get("model"):
            chosen = ChosenModel(str(model), context.get("adapter"), context.get("prompt_template"))
        if chosen is not None:
            self.choose(chosen)
        if images := context.get("images"):
            self.attach(*images)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stop is offered while there is something to stop."""
        return self._answering if action == "stop" else True

    async def action_regenerate(self) -> None:
        if self._answering or self._model.loaded is None or not self.sides.take_back_answers():
            return
        await self.repaint()
        self.answer()

    async def action_edit(self) -> None:
        if not self._answering and (question := self.sides.take_back_question()):
            self.query_one(PromptInput).text = ""
            self.put_back(question)
            await self.repaint()

    async def action_new(self) -> None:
        if not self._answering:
            self.sides.start_anew()
            await self.repaint()

    def action_copy(self) -> None:
        last = [answer for chat in self.sides.all if (answer := chat.last_answer)]
        if last:
            self.app.copy_to_clipboard("\n\n".join(last))
            self.notify(_("Sent to the terminal's clipboard."))

    # -- dialogs

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_choose_model(self) -> None:
        from workbench.ui.screens.model_picker import ModelPicker

        chosen = await self.app.push_screen_wait(ModelPicker(self.workbench.project, self.chat.chosen))
        if chosen is not None:
            self.choose(chosen)

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_beside(self) -> None:
        """Choose weights to put beside those that are loaded; once more ends it."""
        from workbench.ui.screens.model_picker import ModelPicker

        first = self.chat.chosen
        if self._answering:
            self.note(_("The model is still answering; escape stops it."))
        elif self.sides.second is not None and first is not None:
            self.choose(first)
        elif first is None or self._model.loaded is None:
            self.note(_("Choose a model first: f9."))
        elif (chosen := await self.app.push_screen_wait(ModelPicker(self.workbench.project, first, beside=True))) and (
            not self._answering
        ):
            await self._put_beside(chosen, first)

    async def _put_beside(self, chosen: ChosenModel, first: ChosenModel) -> None:
        try:
            has_begun = await self.begin_comparison(chosen)
        except WorkbenchError as error:
            self.workbench.show_error(error)
            self.load(first)
            return
        if has_begun:
            await self.repaint()
            self.answer()

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_settings(self) -> None:
        from workbench.ui.screens.chat_settings import ChatSettings

        changed = await self.app.push_screen_wait(ChatSettings(self.chat.system, self.chat.settings))
        if changed is not None:
            self.chat.system, self.chat.settings = changed
            self.chat.save()

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_reopen(self) -> None:
        from workbench.ui.screens.saved_chats import SavedChats

        saved = await self.app.push_screen_wait(SavedChats(self.workbench.project))
        if saved is None or self._answering:
            return
        self.end_comparison()
        self.chat.reopen(saved)
        await self.repaint()
        assert self.chat.chosen is not None
        self.load(self.chat.chosen)

    @on(PromptInput.Edited)
    def _keep_draft(self, event: PromptInput.Edited) -> None:
        self.workbench.state["chat.draft"] = event.text

    async def on_unmount(self) -> None:
        await self._model.engine.close()
