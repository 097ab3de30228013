"""The Chat area: ask the base, an adapter or a merged model, and watch it answer."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Label, Static

from workbench.chat.client import ChatEngine
from workbench.chat.protocol import Answer, Delta, Load, Loaded, Loading
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.paths import user_state
from workbench.ui.chat_state import ChatState, ChosenModel
from workbench.ui.screens.area import AreaScreen
from workbench.ui.widgets.chat_message import ModelMessage, UserMessage
from workbench.ui.widgets.prompt_input import PromptInput

_SECONDS_BETWEEN_PAINTS = 0.1
"""Pieces of an answer are painted together this often: ten times a second reads as fluent and spares the line."""


class ChatScreen(AreaScreen):
    """One conversation with one loaded model."""

    AREA = "chat"
    CSS_PATH = "chat.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
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
        Binding("escape", "stop", N_("Stop"), id="chat.stop", tooltip=N_("End the running answer")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._engine = ChatEngine(user_state() / "chat.log")
        self._state: ChatState | None = None
        self._loaded: Loaded | None = None
        self._answering = False

    # -- what is on the screen

    def compose_area(self) -> ComposeResult:
        yield Label("", id="chat-status", markup=False)
        with VerticalScroll(id="transcript"):
            yield Static("", id="chat-empty", markup=False)
        yield Static("", id="chat-note", markup=False)
        yield PromptInput(id="chat-prompt")

    def on_mount(self) -> None:
        self._state = ChatState(self.workbench.project)
        prompt = self.query_one(PromptInput)
        prompt.text = str(self.workbench.state.get("chat.draft") or "")
        prompt.focus()
        self._show_status()

    @property
    def chat(self) -> ChatState:
        """The conversation; there is one from mounting on."""
        assert self._state is not None
        return self._state

    def arrive(self, **context: Any) -> None:
        """Chat with ``model`` (and ``adapter``, ``prompt_template``) if one is named."""
        if model := context.get("model"):
            self._choose(ChosenModel(str(model), context.get("adapter"), context.get("prompt_template")))

    def _show_status(self) -> None:
        status, empty = self.query_one("#chat-status", Label), self.query_one("#chat-empty", Static)
        empty.display = not self.chat.turns
        if self._loaded:
            figures = _("{model} · template {template} · {count:.1f} M parameters on {device} · {memory:.0f} MB")
            status.update(
                figures.format(
                    model=self.chat.chosen.label if self.chat.chosen else self._loaded.model,
                    template=self._loaded.prompt_template,
                    count=self._loaded.parameters / 1e6,
                    device=self._loaded.device,
                    memory=self._loaded.memory_mb,
                )
            )
            empty.update(_("The model is ready. Write a message below and press enter."))
        else:
            status.update(self.chat.chosen.label if self.chat.chosen else _("No model chosen"))
            empty.update(_("Press f9 to choose a model: the base, an adapter, or a merged model of this project."))

    def _note(self, text: str) -> None:
        """One line above the prompt that stays until the next thing happens."""
        note = self.query_one("#chat-note", Static)
        note.update(text)
        note.set_class(bool(text), "-shown")

    # -- loading

    def _choose(self, chosen: ChosenModel) -> None:
        before = self.chat.chosen
        self.chat.chosen = chosen
        same_base = (
            self._loaded is not None
            and before is not None
            and (before.model, before.bits) == (chosen.model, chosen.bits)
        )
        self._load(chosen, only_adapter=same_base)

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def _load(self, chosen: ChosenModel, only_adapter: bool) -> None:
        try:
            if only_adapter:
                self._note(_("Attaching the adapter"))
                self._loaded = await self._engine.attach(chosen.adapter, chosen.prompt_template)
            else:
                await self._load_whole(chosen)
        except WorkbenchError as error:
            self._loaded = None
            self._note("")
            self.workbench.show_error(error)
        else:
            assert self._loaded is not None
            self._note("\n".join(self._loaded.warnings))
        self._show_status()

    async def _load_whole(self, chosen: ChosenModel) -> None:
        self._loaded = None
        request = Load(
            id=self._engine.next_id(),
            model=chosen.model,
            adapter=chosen.adapter,
            prompt_template=chosen.prompt_template,
            bits=4 if chosen.bits == 4 else None,
        )
        async for reply in self._engine.load(request):
            if isinstance(reply, Loading):
                self._note(f"{reply.stage} …")
            else:
                self._loaded = reply

    # -- asking

    @on(PromptInput.Sent)
    def _send(self, event: PromptInput.Sent) -> None:
        if self._answering:
            self._note(_("The model is still answering; escape stops it."))
            return
        if self._loaded is None:
            self._note(_("Choose a model first: f9."))
            return
        self.query_one(PromptInput).text = ""
        self._ask(event.text)

    def _ask(self, question: str) -> None:
        try:
            self.chat.ask(question)
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return
        self.query_one("#transcript").mount(UserMessage(question))
        self._show_status()
        self._answer()

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def _answer(self) -> None:
        transcript = self.query_one("#transcript", VerticalScroll)
        message = ModelMessage(self.chat.chosen.label if self.chat.chosen else "")
        await transcript.mount(message)
        transcript.anchor()
        self._answering = True
        self._note("")
        try:
            await self._stream_into(message)
        except WorkbenchError as error:
            await self._give_back_question(message)
            self.workbench.show_error(error)
        finally:
            self._answering = False

    async def _stream_into(self, message: ModelMessage) -> None:
        waiting, painted = "", time.monotonic()
        async for reply in self._engine.generate(self.chat.prompt_turns(), self.chat.settings):
            if isinstance(reply, Delta):
                waiting += reply.text
                if time.monotonic() - painted >= _SECONDS_BETWEEN_PAINTS:
                    await message.append(waiting)
                    waiting, painted = "", time.monotonic()
            else:
                await message.append(waiting)
                message.show_figures(_figures(reply))
                self.chat.keep_answer(reply)
                if reply.dropped_turns:
                    trimmed = _("(The {count} oldest messages no longer fit the model's context.)")
                    self._note(trimmed.format(count=reply.dropped_turns))

    async def _give_back_question(self, message: ModelMessage) -> None:
        """After a failed answer the question returns to the prompt, so that nothing typed is lost."""
        question = self.chat.take_back_question()
        prompt = self.query_one(PromptInput)
        if question and not prompt.text:
            prompt.text = question
        await message.remove()
        await self._repaint()

    async def _repaint(self) -> None:
        """Show the conversation as it is kept."""
        transcript = self.query_one("#transcript", VerticalScroll)
        await transcript.remove_children("UserMessage, ModelMessage")
        speaker = self.chat.chosen.label if self.chat.chosen else ""
        for turn in self.chat.turns:
            is_user = turn.role == "user"
            await transcript.mount(UserMessage(turn.content) if is_user else ModelMessage(speaker, turn.content))
        transcript.scroll_end(animate=False)
        self._show_status()

    # -- keys

    async def action_stop(self) -> None:
        if self._answering:
            await self._engine.stop()

    async def action_regenerate(self) -> None:
        if self._answering or self._loaded is None or not self.chat.take_back_answer():
            return
        await self._repaint()
        self._answer()

    async def action_edit(self) -> None:
        if self._answering:
            return
        if question := self.chat.take_back_question():
            self.query_one(PromptInput).text = question
            await self._repaint()

    async def action_new(self) -> None:
        if not self._answering:
            self.chat.start_anew()
            await self._repaint()

    def action_copy(self) -> None:
        last = next((turn.content for turn in reversed(self.chat.turns) if turn.role == "assistant"), None)
        if last:
            self.app.copy_to_clipboard(last)
            self.notify(_("The last answer was copied."))

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
        self._load(self.chat.chosen, only_adapter=False)

    @on(PromptInput.Edited)
    def _keep_draft(self, event: PromptInput.Edited) -> None:
        self.workbench.state["chat.draft"] = event.text

    async def on_unmount(self) -> None:
        await self._engine.close()


def _figures(answer: Answer) -> str:
    """The line under an answer."""
    speed = answer.tokens / answer.total_s if answer.total_s > 0 else 0.0
    line = _("{tokens} tokens · first after {first:.2f} s · {speed:.1f} tokens/s").format(
        tokens=answer.tokens, first=answer.first_token_s, speed=speed
    )
    if answer.ended_by == "length":
        return line + " · " + _("cut at the longest answer allowed")
    return line + " · " + _("stopped") if answer.ended_by == "stopped" else line
