"""What the Chat area shows: the conversation, or two side by side, and what is said around it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from workbench.i18n import _
from workbench.paths import user_state
from workbench.ui.chat_model import ChatModel
from workbench.ui.chat_sides import ChatSides
from workbench.ui.chat_state import ChatState
from workbench.ui.screens.area import AreaScreen
from workbench.ui.widgets.attached_pictures import AttachedPictures
from workbench.ui.widgets.name_line import NameLine
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.transcript import Column, Transcript

SIDES = 2


class ChatFrame(AreaScreen):
    """The widgets, and what they show."""

    AREA = "chat"

    def __init__(self) -> None:
        super().__init__()
        self._model = ChatModel(user_state() / "chat.log")
        self._sides: ChatSides | None = None
        self._answering = False
        self.pictures: list[str] = []
        """Whole paths, or addresses, of what goes with the next message."""

    def compose_area(self) -> ComposeResult:
        yield NameLine(id="chat-status")
        with Horizontal(id="chat-columns"):
            for _side in range(SIDES):
                yield NameLine()
        yield Transcript(id="transcript")
        yield QuietStatic(id="chat-note")
        yield AttachedPictures(id="chat-pictures")
        yield PromptInput(id="chat-prompt")

    async def on_mount(self) -> None:
        self._sides = ChatSides(ChatState(self.workbench.project))
        self.pictures = [str(one) for one in self.workbench.state.get("chat.pictures") or []]
        await self._show_all()

    async def recomposed(self) -> None:
        await self._show_all()

    async def _show_all(self) -> None:
        prompt = self.query_one(PromptInput)
        prompt.put(str(self.workbench.state.get("chat.draft") or ""))
        prompt.focus()
        self.query_one(AttachedPictures).show(self.pictures)
        await self.repaint()

    @property
    def sides(self) -> ChatSides:
        """The conversation and the one beside it; there is one from mounting on."""
        assert self._sides is not None
        return self._sides

    @property
    def chat(self) -> ChatState:
        """The conversation; of two, the left one."""
        return self.sides.first

    def speaker(self, chat: ChatState) -> str:
        """What a model is called above its answers."""
        if chat.chosen is None:
            return ""
        return chat.chosen.label if self.sides.second is None else chat.chosen.name_on_base

    async def repaint(self) -> None:
        """Show what was said as it is kept."""
        columns = [Column(self.speaker(one), one.turns, one.figures) for one in self.sides.all]
        await self.query_one(Transcript).show(columns)
        self.show_status()

    def show_status(self) -> None:
        """Say which model there is, and what to do."""
        chosen, figures = self.chat.chosen, self._model.figures
        label = chosen.label if chosen is not None else _("No model chosen")
        is_double = self.sides.second is not None
        status = _("{model}, two sets of weights side by side; ctrl+g ends it")
        self.query_one("#chat-status", NameLine).tell(
            status.format(model=chosen.base_label) if is_double and chosen is not None else figures or label
        )
        columns = self.query_one("#chat-columns")
        columns.display = is_double
        for title, chat in zip(columns.query(NameLine), self.sides.all, strict=False):
            title.tell(self.speaker(chat))
        ready = _("The model is ready. Write a message below and press enter.")
        choose = _("Press f9 to choose a model: the base, an adapter, or a merged model of this project.")
        if chosen is not None:
            choose = _("{model} is not loaded; f9 chooses another one.").format(model=label)
        self.query_one(Transcript).tell(ready if figures else choose)

    def note(self, text: str) -> None:
        """A line above the prompt that stays until the next thing happens."""
        self.query_one("#chat-note", QuietStatic).tell(text)
