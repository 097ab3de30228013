"""A box for a pasted answer, with what is wrong with it line by line, and a way to each of those lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import DataTable, Label, TextArea

from workbench.data.sheets.found_json import Complaint
from workbench.data.sheets.pasted import PastedResult
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.widgets.blank_when_gone import BlankWhenGone
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row

_SECONDS_AFTER_TYPING = 0.3
_COLUMNS = (Column(N_("line"), 5), Column(N_("to mend")))


class PasteArea(BlankWhenGone, TextArea):
    """Line numbers, as the complaints name them."""

    DEFAULT_CSS = "PasteArea { border: none; padding: 0; height: 1fr; &:focus { border: none; } }"

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(text, id=id, show_line_numbers=True, soft_wrap=True, tab_behavior="focus")

    async def _on_key(self, event: events.Key) -> None:
        """Escape goes back to the list, as the help says; a `TextArea` takes it to leave itself."""
        if event.key == "escape":
            event.prevent_default()


class ComplaintTable(FittedTable):
    """Enter goes to the line of the fault under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", N_("Line"), id="faults.line", tooltip=N_("Go to the line of this fault")),
    ]

    def __init__(self) -> None:
        super().__init__(_COLUMNS, id="paste-complaints")
        self.show_header = False


class PasteBox(Vertical):
    """Tells when the text was changed, and is told what is wrong with it."""

    DEFAULT_CSS = """
    PasteBox {
        height: 1fr;
        #paste-state { width: 1fr; height: auto; color: $text-muted; }
        FittedTable { height: auto; max-height: 4; }
    }
    """

    @dataclass
    class Edited(Message):
        """The text was changed, a moment ago."""

        text: str

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._result = PastedResult()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield PasteArea(self._text, id="pasted")
        yield Label("", id="paste-state", markup=False)
        yield ComplaintTable()

    @property
    def area(self) -> PasteArea:
        """Where the text stands."""
        return self.query_one(PasteArea)

    def tell(self, result: PastedResult) -> None:
        """Show what was found in the text."""
        self._result = result
        table = self.query_one(ComplaintTable)
        table.display = bool(result.complaints)
        table.set_rows(
            [
                Row(str(number), (str(complaint.line), printable(complaint.what)))
                for number, complaint in enumerate(result.complaints)
            ]
        )
        self._show_state()

    @on(DataTable.RowHighlighted)
    def _show_state(self) -> None:
        """How much is sound, and how to mend what is under the cursor."""
        state = _state(self._result) if self.area.text.strip() else Content("")
        if complaint := self._complaint():
            state = Content.assemble(state, "\n" + printable(f"{complaint.line}: {complaint.what} → {complaint.fix}"))
        self.query_one("#paste-state", Label).update(state)

    def _complaint(self) -> Complaint | None:
        key = self.query_one(ComplaintTable).chosen_key
        return self._result.complaints[int(key)] if key is not None else None

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._timer:
            self._timer.stop()
        self._timer = self.set_timer(_SECONDS_AFTER_TYPING, lambda: self.post_message(self.Edited(self.area.text)))

    @on(DataTable.RowSelected)
    def _go_to_line(self, event: DataTable.RowSelected) -> None:
        event.stop()
        complaint = self._complaint()
        if complaint is not None:
            self.area.move_cursor((complaint.line - 1, 0), center=True)
        self.area.focus()


def _state(result: PastedResult) -> Content:
    """How many rows are sound, what was mended, how much is left to mend."""
    rows = _("sound rows: {sound}, to mend: {bad}").format(sound=len(result.rows), bad=len(result.complaints))
    mended = [f"{sentence} [{count}]" for sentence, count in result.mended.items()]
    style = "$text-warning" if result.complaints else "$text-success"
    return Content.styled(printable(" · ".join([rows, *mended])), style)
