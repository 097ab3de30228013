"""What to ask a chat service about one picture or row, and the answer pasted back: what of it is sound, what to mend."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Label, Static

from workbench.data.sheets.pasted import PastedResult, parse_pasted
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.sheet_items import SheetItem
from workbench.ui.widgets.paste_box import PasteBox


class SheetAnswer(Vertical):
    """Two steps below each other: the prompt gives way where the answer needs the room."""

    DEFAULT_CSS = """
    SheetAnswer {
        #sheet-prompt { height: 6; background: $panel; }
        .sheet-step { width: 1fr; height: auto; color: $text-accent; }
    }
    """

    @dataclass
    class Edited(Message):
        """The answer was changed, a moment ago."""

        text: str

    def __init__(self, pasted: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pasted = pasted
        self._item: SheetItem | None = None

    def compose(self) -> ComposeResult:
        yield Label("", id="sheet-first-step", classes="sheet-step", markup=False)
        with VerticalScroll(id="sheet-prompt"):
            yield Static("", id="sheet-prompt-text", markup=False)
        yield Label(_("2 · paste its answer here; f9 adds the rows"), classes="sheet-step", markup=False)
        yield PasteBox(self._pasted)

    def ask_about(self, item: SheetItem | None, *, with_picture: bool) -> None:
        """Show what to ask about this one; what was pasted is its answer."""
        self._item = item
        step = _("1 · y copies this; paste it in a chat service")
        if with_picture:
            step = _("1 · y copies this; paste it with the picture in a chat service")
        self.query_one("#sheet-first-step", Label).update(step)
        shown = (item.problem or item.prompt) if item else ""
        self.query_one("#sheet-prompt-text", Static).update(printable(shown))
        self._tell()

    def focus_answer(self) -> None:
        """Put the cursor into the answer."""
        self._box.area.focus()

    def paste(self, text: str) -> None:
        """Put a text that was pasted elsewhere into the answer."""
        self._box.area.focus()
        self._box.area.insert(text)

    def empty(self) -> None:
        """Take the answer away: its rows were added."""
        self._box.area.text = ""

    @property
    def result(self) -> PastedResult:
        """The rows of the pasted answer, and what is wrong with it; nothing of an empty one."""
        text = self._box.area.text
        if not text.strip():
            return PastedResult()
        return self._item.read(text) if self._item else parse_pasted(text, "")

    @property
    def _box(self) -> PasteBox:
        return self.query_one(PasteBox)

    @on(PasteBox.Edited)
    def _edited(self, event: PasteBox.Edited) -> None:
        event.stop()
        self.post_message(self.Edited(event.text))
        self._tell()

    def _tell(self) -> None:
        self.set_class(bool(self._box.area.text), "-pasted")
        self._box.tell(self.result)
