"""Where a message is written: enter sends, ctrl+j breaks the line, pictures that are pasted or dragged are attached."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from workbench.chat.image_path import PICTURE_ENDINGS, pictures_in
from workbench.i18n import N_, _
from workbench.ui.chat_pictures import path_being_typed
from workbench.ui.path_completion import completed
from workbench.ui.widgets.ordered_keys import OrderedKeys


class PromptInput(OrderedKeys, TextArea):
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
        Binding(
            "ctrl+j",
            "break_line",
            N_("New line"),
            id="chat.newline",
            tooltip=N_("Start a new line"),
            show=False,
            priority=True,
        ),
        Binding("tab", "complete", N_("Complete"), id="chat.complete", tooltip=N_("Go on with the path"), show=False),
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

    @dataclass
    class PicturesGiven(Message):
        """Nothing but paths of pictures was pasted, or dragged into the terminal."""

        paths: list[Path]

    class PictureTakenBack(Message):
        """The user wants to send a picture less."""

    @dataclass
    class Ways(Message):
        """The path of a picture can go on by each of these names."""

        names: list[str]

    def __init__(self, *, id: str | None = None) -> None:
        hint = _("Write a message: enter sends, ctrl+j starts a line, /image adds a picture")
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", placeholder=hint)

    def put(self, text: str) -> None:
        """Hold this text, with the cursor where writing goes on."""
        self.text = text
        self.move_cursor(self.document.end)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tab completes in a line that names a picture, and leaves the box in any other."""
        if action == "complete":
            return path_being_typed(self._line_to_cursor) is not None
        return super().check_action(action, parameters)

    @property
    def _line_to_cursor(self) -> str:
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def action_send(self) -> None:
        self.call_later(self._send)  # after the letters that were typed before it, which wait in the box's queue

    def _send(self) -> None:
        if self.text.strip():
            self.post_message(self.Sent(self.text.strip()))

    def action_break_line(self) -> None:
        self.call_later(self.insert, "\n")

    def action_complete(self) -> None:
        typed = path_being_typed(self._line_to_cursor)
        if typed is None:
            return
        path, names = completed(typed, PICTURE_ENDINGS)
        row, column = self.cursor_location
        self.replace(path, (row, column - len(typed)), (row, column))
        self.post_message(self.Ways(names))

    def action_delete_left(self) -> None:
        """At the beginning there is nothing to delete but a picture."""
        if self.cursor_location == (0, 0) and not self.selected_text:
            self.post_message(self.PictureTakenBack())
        super().action_delete_left()

    def on_paste(self, event: events.Paste) -> None:
        if paths := pictures_in(event.text):
            event.prevent_default()
            event.stop()
            self.post_message(self.PicturesGiven(paths))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self.text))
