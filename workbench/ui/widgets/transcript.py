"""The messages of a conversation, the newest at the bottom; a sentence in their place while there are none."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from workbench.chat.protocol import ChatTurn
from workbench.ui.widgets.chat_message import ModelMessage, UserMessage


class Transcript(VerticalScroll):
    """Scrolls with what is said until the reader scrolls away."""

    DEFAULT_CSS = """
    Transcript {
        height: 1fr;
        padding: 0 1;
        .transcript-empty { padding: 2 4; color: $text-muted; width: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("", classes="transcript-empty", markup=False)

    def tell(self, sentence: str) -> None:
        """Say what to do as long as nobody has said anything."""
        self.query_one(".transcript-empty", Static).update(sentence)

    async def show(self, turns: Sequence[ChatTurn], speaker: str) -> None:
        """Show these messages and no others."""
        await self.remove_children("UserMessage, ModelMessage")
        is_user = [turn.role == "user" for turn in turns]
        await self.mount_all(
            UserMessage(turn.content) if asked else ModelMessage(speaker, turn.content)
            for turn, asked in zip(turns, is_user, strict=True)
        )
        self._note_emptiness()
        self.anchor(bool(turns))
        if not turns:  # what an anchor had moved to the bottom is gone
            self.scroll_home(animate=False, force=True, immediate=True)

    async def add_question(self, text: str) -> None:
        """Show what the user wrote."""
        await self.mount(UserMessage(text))
        self._note_emptiness()

    async def begin_answer(self, speaker: str) -> ModelMessage:
        """An empty answer that grows."""
        message = ModelMessage(speaker)
        await self.mount(message)
        self.anchor()
        return message

    def _note_emptiness(self) -> None:
        self.query_one(".transcript-empty").display = not self.query("UserMessage, ModelMessage")
