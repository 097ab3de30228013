"""Where a message is written: enter sends, ctrl+j breaks the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from workbench.i18n import N_, _


class PromptInput(TextArea):
    """A text box that grows with its text, up to a third of the screen."""

    DEFAULT_CSS = """
    PromptInput {
        height: auto;
        min-height: 3;
        max-height: 33vh;
        border: round $border-blurred;
        padding: 0 1;
        &:focus { border: round $border; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", N_("Send"), id="chat.send", tooltip=N_("Send the message"), priority=True),
        Binding("ctrl+j", "break_line", N_("New line"), id="chat.newline", tooltip=N_("Start a new line"), show=False),
    ]

    @dataclass
    class Sent(Message):
        """The user sent a message."""

        text: str

    @dataclass
    class Edited(Message):
        """The draft changed."""

        text: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, PromptInput.Edited)

    def __init__(self, *, id: str | None = None) -> None:
        hint = _("Write a message: enter sends it, ctrl+j starts a new line")
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", placeholder=hint)

    def put(self, text: str) -> None:
        """Hold this text, with the cursor where writing goes on."""
        self.text = text
        self.move_cursor(self.document.end)

    def action_send(self) -> None:
        if self.text.strip():
            self.post_message(self.Sent(self.text.strip()))

    def action_break_line(self) -> None:
        self.insert("\n")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self.text))
