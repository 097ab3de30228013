"""The Chat area: ask the base, an adapter or a merged model, and watch it answer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Label

from workbench.chat.protocol import Answer, Delta
from workbench.errors import WorkbenchError
from workbench.hub.local import is_here
from workbench.i18n import N_, _
from workbench.paths import user_state
from workbench.ui.chat_model import ChatModel
from workbench.ui.chat_state import ChatState, ChosenModel
from workbench.ui.screens.area import AreaScreen
from workbench.ui.widgets.chat_message import ModelMessage
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.transcript import Transcript

_SECONDS_BETWEEN_PAINTS = 0.1
"""Pieces of an answer are painted together this often: ten times a second reads as fluent and spares the line."""


class ChatScreen(AreaScreen):
    """One conversation with one loaded model."""

    AREA = "chat"
    CSS_PATH = "chat.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", N_("Stop"), id="chat.stop", tooltip=N_("End the running answer")),
        Binding("f9", "choose_model", N_("Model"), id="chat.model", tooltip=N_("Choose model and adapter")),
        Binding(
            "f10", "settings", N_("Settings"), id="chat.settings", tooltip=N_("System text and generation settings")
        ),
        Binding(
            "ctrl+r",
            "regenerate",
            N_("Again"),
            id="chat.again",
            tooltip=N_("Answer the last question again"),
            priority=True,
        ),
        Binding("ctrl+e", "edit", N_("Edit"), id="chat.edit", tooltip=N_("Edit the last question"), priority=True),
        Binding("ctrl+l", "new", N_("New"), id="chat.new", tooltip=N_("Start an empty conversation"), priority=True),
        Binding(
            "ctrl+o", "reopen", N_("Open"), id="chat.open", tooltip=N_("Open an earlier conversation"), priority=True
        ),
        Binding("ctrl+y", "copy", N_("Copy"), id="chat.copy", tooltip=N_("Copy the last answer"), priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._model = ChatModel(user_state() / "chat.log")
        self._state: ChatState | None = None
        self._answering = False

    # -- what is on the screen

    def compose_area(self) -> ComposeResult:
        yield Label("", id="chat-status", markup=False)
        yield Transcript(id="transcript")
        yield QuietStatic(id="chat-note")
        yield PromptInput(id="chat-prompt")

    async def on_mount(self) -> None:
        self._state = ChatState(self.workbench.project)
        await self._show_all()

    async def recomposed(self) -> None:
        await self._show_all()

    async def _show_all(self) -> None:
        prompt = self.query_one(PromptInput)
        prompt.put(str(self.workbench.state.get("chat.draft") or ""))
        prompt.focus()
        await self._repaint()

    @property
    def chat(self) -> ChatState:
        """The conversation; there is one from mounting on."""
        assert self._state is not None
        return self._state

    @property
    def _speaker(self) -> str:
        return self.chat.chosen.label if self.chat.chosen else ""

    def arrive(self, **context: Any) -> None:
        """Chat with ``chosen``, or with ``model`` (and ``adapter``, ``prompt_template``), if one is named.

        ``system`` and ``settings`` take the place of the conversation's own.
        """
        chosen = context.get("chosen")
        if model := context.get("model"):
            chosen = ChosenModel(str(model), context.get("adapter"), context.get("prompt_template"))
        self.chat.system = context.get("system", self.chat.system)
        self.chat.settings = context.get("settings", self.chat.settings)
        if chosen is not None:
            self._choose(chosen)

    async def _repaint(self) -> None:
        """Show the conversation as it is kept."""
        await self.query_one(Transcript).show(self.chat.turns, self._speaker)
        self._show_status()

    def _show_status(self) -> None:
        figures = self._model.figures
        self.query_one("#chat-status", Label).update(figures or self._speaker or _("No model chosen"))
        ready = _("The model is ready. Write a message below and press enter.")
        choose = _("Press f9 to choose a model: the base, an adapter, or a merged model of this project.")
        if self.chat.chosen is not None:
            choose = _("{model} is not loaded; f9 chooses another one.").format(model=self._speaker)
        self.query_one(Transcript).tell(ready if figures else choose)

    def _note(self, text: str) -> None:
        """A line above the prompt that stays until the next thing happens."""
        self.query_one("#chat-note", QuietStatic).tell(text)

    # -- loading

    def _choose(self, chosen: ChosenModel) -> None:
        if self._answering:
            self._note(_("The model is still answering; escape stops it."))
            return
        self.chat.chosen = chosen
        self._load(chosen)

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def _load(self, chosen: ChosenModel) -> None:
        if not is_here(chosen.model):
            from workbench.ui.screens.model_download import ModelDownload

            fetched = await self.app.push_screen_wait(ModelDownload(self.workbench.project, chosen.model))
            if fetched is None:
                self._note(_("The model is not on this machine."))
                return
            chosen = self.chat.chosen = replace(chosen, model=fetched)
        try:
            async for stage in self._model.load(chosen):
                self._show_status()
                self._note(f"{stage} …")
        except WorkbenchError as error:
            self._note("")
            self.workbench.show_error(error)
        else:
            assert self._model.loaded is not None
            self._note("\n".join(self._model.loaded.warnings))
        self._show_status()

    # -- asking

    @on(PromptInput.Sent)
    async def _send(self, event: PromptInput.Sent) -> None:
        if self._answering:
            self._note(_("The model is still answering; escape stops it."))
        elif self._model.loaded is None:
            self._load_first()
        else:
            self.query_one(PromptInput).text = ""
            await self._ask(event.text)

    def _load_first(self) -> None:
        """Say what is missing; a model that could not be loaded, or whose engine has ended, is loaded again."""
        if self.chat.chosen is None:
            self._note(_("Choose a model first: f9."))
            return
        self._note(_("The model is still loading; press enter again when it is ready."))
        if all(worker.is_finished for worker in self.workers if worker.group == "chat-engine"):
            self._load(self.chat.chosen)

    async def _ask(self, question: str) -> None:
        try:
            self.chat.ask(question)
        except WorkbenchError as error:
            await self._give_back_question()
            self.workbench.show_error(error)
            return
        await self.query_one(Transcript).add_question(question)
        self._answer()

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def _answer(self) -> None:
        message = await self.query_one(Transcript).begin_answer(self._speaker)
        self._note("")
        self._set_answering(True)
        try:
            await self._stream_into(message)
        except WorkbenchError as error:
            await self._give_back_question()
            self.workbench.show_error(error)
        finally:
            self._set_answering(False)

    def _set_answering(self, answering: bool) -> None:
        self._answering = answering
        self.refresh_bindings()

    async def _stream_into(self, message: ModelMessage) -> None:
        waiting, painted = "", time.monotonic()
        async for reply in self._model.engine.generate(self.chat.prompt_turns(), self.chat.settings):
            if isinstance(reply, Delta):
                waiting += reply.text
                if time.monotonic() - painted >= _SECONDS_BETWEEN_PAINTS:
                    await message.append(waiting)
                    waiting, painted = "", time.monotonic()
            else:
                await message.append(waiting)
                message.show_figures(_figures(reply))
                self._keep_answer(reply)
                if reply.dropped_turns:
                    trimmed = _("(The {count} oldest messages no longer fit the model's context.)")
                    self._note(trimmed.format(count=reply.dropped_turns))

    def _keep_answer(self, answer: Answer) -> None:
        """An answer that cannot be put on disk stays on the screen."""
        try:
            self.chat.keep_answer(answer)
        except WorkbenchError as error:
            self.workbench.show_error(error)

    async def _give_back_question(self) -> None:
        """After a failed answer the question returns to the prompt, so that nothing typed is lost."""
        question = self.chat.take_back_question()
        prompt = self.query_one(PromptInput)
        if question and not prompt.text:
            prompt.put(question)
        await self._repaint()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stop is offered while there is something to stop."""
        return self._answering if action == "stop" else True

    async def action_stop(self) -> None:
        await self._model.engine.stop()

    async def action_regenerate(self) -> None:
        if self._answering or self._model.loaded is None or not self.chat.take_back_answer():
            return
        await self._repaint()
        self._answer()

    async def action_edit(self) -> None:
        if not self._answering and (question := self.chat.take_back_question()):
            self.query_one(PromptInput).put(question)
            await self._repaint()

    async def action_new(self) -> None:
        if not self._answering:
            self.chat.start_anew()
            await self._repaint()

    def action_copy(self) -> None:
        last = next((turn.content for turn in reversed(self.chat.turns) if turn.role == "assistant"), None)
        if last:
            self.app.copy_to_clipboard(last)
            self.notify(_("Sent to the terminal's clipboard."))

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_choose_model(self) -> None:
        from workbench.ui.screens.model_picker import ModelPicker

        chosen = await self.app.push_screen_wait(ModelPicker(self.workbench.project, self.chat.chosen))
        if chosen is not None:
            self._choose(chosen)

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
        self.chat.reopen(saved)
        await self._repaint()
        assert self.chat.chosen is not None
        self._load(self.chat.chosen)

    @on(PromptInput.Edited)
    def _keep_draft(self, event: PromptInput.Edited) -> None:
        self.workbench.state["chat.draft"] = event.text

    async def on_unmount(self) -> None:
        await self._model.engine.close()


def _figures(answer: Answer) -> str:
    """The line under an answer."""
    speed = answer.tokens / answer.total_s if answer.total_s > 0 else 0.0
    line = _("{tokens} tokens · first after {first:.2f} s · {speed:.1f} tokens/s").format(
        tokens=answer.tokens, first=answer.first_token_s, speed=speed
    )
    if answer.ended_by == "length":
        return line + " · " + _("cut at the longest answer allowed")
    return line + " · " + _("stopped") if answer.ended_by == "stopped" else line
