"""Where a message is written: enter sends, ctrl+j breaks the line, pictures that are pasted or dragged are attached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from workbench.chat.image_path import PICTURE_ENDINGS, pictures_in
from workbench.i18n import N_, _
from workbench.ui.chat_pictures import path_being_typed
from workbench.ui.path_completion import completed
from workbench.ui.widgets.blank_when_gone import BlankWhenGone

_MOST_IN_BOX = 50_000
"""Characters that are edited in the box; it takes seconds to break a million into lines, and again at every key."""


class PromptInput(BlankWhenGone, TextArea):
    """A text box that grows with its text, up to a third of the screen. A text that is too long for it goes beside it.

    Args:
        earlier: gives the messages that were sent, the newest last; the up key brings them back into an empty box.
    """

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
        """The user sent a message, or pressed enter in an empty box."""

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

    def __init__(self, earlier: Callable[[], Sequence[str]], *, id: str | None = None) -> None:
        hint = _("Write a message: enter sends, ctrl+j starts a line, /image adds a picture")
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", placeholder=hint)
        self._beside = self._was_beside = ""
        self._earlier = earlier
        self._back = 0
        """How many messages back the one in the box is, 0 for one that is being written."""

    @property
    def whole(self) -> str:
        """The message: what stands in the box, and behind it the long text beside it."""
        return "\n\n".join(filter(None, (self.text.strip(), self._beside)))

    def put(self, text: str) -> None:
        """Hold this text and no other, with the cursor where writing goes on.

        Of a message that comes back, what stood beside the box stands there again, and what was typed in the box.
        """
        self._was_beside = self._beside or self._was_beside
        typed, beside = text, ""
        if len(text) > _MOST_IN_BOX:
            typed, beside = text.removesuffix(self._was_beside), self._was_beside
            if len(typed) == len(text) or len(typed) > _MOST_IN_BOX:
                typed, beside = "", text
        self.text = typed.rstrip() if beside else typed
        self._hold(beside)
        self.move_cursor(self.document.end)

    def _hold(self, text: str) -> None:
        """Put a long text beside the box, or none."""
        self._beside = text
        said = _("and a text of {count} characters; backspace takes it away").format(count=len(text))
        self.border_subtitle = Content(said) if text else None

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
        """The box is empty at once: what is typed next is another message, and enter again sends none."""
        message = self.whole
        self.put("")
        self.post_message(self.Sent(message))

    def action_break_line(self) -> None:
        self.insert("\n")

    def action_complete(self) -> None:
        typed = path_being_typed(self._line_to_cursor)
        if typed is None:
            return
        path, names = completed(typed, PICTURE_ENDINGS)
        row, column = self.cursor_location
        self.replace(path, (row, column - len(typed)), (row, column))
        self.post_message(self.Ways(names))

    def action_cursor_up(self, select: bool = False) -> None:
        if select or not self.cursor_at_first_line or not self._bring_back(1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if select or not self.cursor_at_last_line or not self._bring_back(-1):
            super().action_cursor_down(select)

    def _bring_back(self, step: int) -> bool:
        """Put the message before (1) or after (-1) into the box; False where something else is being written."""
        earlier = self._earlier()
        is_unchanged = 0 < self._back <= len(earlier) and self.text == earlier[-self._back]
        back = (self._back if is_unchanged else 0) + step
        if (self.whole and not is_unchanged) or not 0 <= back <= len(earlier):
            return False
        self._back = back
        self.put(earlier[-back] if back else "")
        return True

    def action_delete_left(self) -> None:
        """At the beginning there is nothing to delete but a picture."""
        if self.cursor_location == (0, 0) and not self.selected_text:
            if self._beside:
                self._hold("")
                self.post_message(self.Edited(self.whole))
            else:
                self.post_message(self.PictureTakenBack())
        super().action_delete_left()

    def on_paste(self, event: events.Paste) -> None:
        if paths := pictures_in(event.text):
            event.prevent_default()
            event.stop()
            self.post_message(self.PicturesGiven(paths))
        elif len(event.text) > _MOST_IN_BOX:
            event.prevent_default()
            event.stop()
            pasted = (
                event.text.replace("\r\n", "\n").replace("\r", "\n").strip()
            )  # most terminals end lines of a paste with CR
            self._hold("\n\n".join(filter(None, (self._beside, pasted))))
            self.post_message(self.Edited(self.whole))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self.whole))
