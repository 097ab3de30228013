"""The rows of data in a table, which reads on while the cursor moves; or those of them that hold a text."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from workbench.data.formats import FormatChoice
from workbench.data.show import FoundRow
from workbench.data.sources import Source
from workbench.i18n import N_
from workbench.ui.dataset_rows import DatasetRows, Page, RowLine
from workbench.ui.row_window import RowWindow
from workbench.ui.widgets.fitted_table import Column, Row
from workbench.ui.widgets.row_feed import RowFeed

_COLUMNS = (Column(N_("row"), 7), Column(N_("first question")))
_WIDEST_LABEL = 24
"""Cells of the column that names file and row."""


class RowTable(RowFeed):
    """What is read takes its place in the table if it is of the data that was asked for last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", N_("Read"), id="rows.read", tooltip=N_("The row, with room to read it")),
        Binding("home", "scroll_top", show=False),
        Binding("end", "scroll_bottom", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(_COLUMNS, id=id)
        self.data: DatasetRows | None = None
        self.window = RowWindow()
        self.matches: Page | None = None
        """The rows that hold the text looked for; None if none is looked for."""
        self._is_reading = False
        self._told: FoundRow | None = None
        self._last_told: FoundRow | None = None
        """The row that was under the cursor last, even if there is none now."""
        self.asked_for: Source | None = None
        """What was asked for last: what is said of other data comes too late."""

    @property
    def lines(self) -> list[RowLine]:
        """The rows in the table."""
        return self.window.lines if self.matches is None else self.matches.lines

    def clear_rows(self) -> None:
        """Nothing of other data stays."""
        self.data, self.window, self.matches, self._last_told = None, RowWindow(), None, None
        self._paint()

    # -- what may be asked of it

    def open(self, path: str, choice: FormatChoice | None = None) -> None:
        """Read data from its beginning; posts `Opened` or `Refused`, and `Counted` if there are more rows."""
        self.asked_for = Source(path, choice or FormatChoice())
        self.clear_rows()
        self._open(self.asked_for)

    def search(self, words: str) -> None:
        """Show the rows that hold a text; without one all of them, with the cursor where it was among those."""
        if self.data is None:
            return
        self.workers.cancel_group(self, "rows-search")
        if words:
            self._search(self.data, words)
        elif self.matches is not None:
            self._return_to(self.data, self._last_told)

    def _return_to(self, data: DatasetRows, found: FoundRow | None) -> None:
        """All rows again, with the cursor on this one; those around it are read if they are not here."""
        if found is not None and not self.window.start <= found.position < self.window.end:
            self._is_reading = True
            self._read_position(data, found.position)
            return
        self.matches = None
        self._paint(found.position if found else None)

    def go_to(self, place: str) -> None:
        """Put the cursor on the row at ``file:row`` or ``file:row:field``, wherever that is in the data."""
        if self.data is not None:
            self._seek()
            self._read_place(self.data, place)

    def go_to_number(self, number: int) -> None:
        """Put the cursor on the row with a number, wherever that is in the data."""
        if self.data is not None:
            self._seek()
            self._read_number(self.data, number)

    def _seek(self) -> None:
        """Nothing else is looked for, and no page is read, before the row is there."""
        self.workers.cancel_group(self, "rows-search")
        self._is_reading = True

    def step(self, rows: int) -> None:
        """Go so many rows on, or back."""
        self.move_cursor(row=self.cursor_row + rows, animate=False)

    # -- what was read

    @on(RowFeed.Opened)
    def _take_first(self, event: RowFeed.Opened) -> None:
        if event.rows.source is not self.asked_for:
            event.stop()
            return
        self.data, self.window, self.matches, self._is_reading = event.rows, RowWindow(), None, False
        self.window.take(0, event.page)
        self._paint()
        self.move_cursor(row=0, animate=False)

    @on(RowFeed.Refused)
    def _leave_out_late(self, event: RowFeed.Refused) -> None:
        if event.source is not self.asked_for:
            event.stop()

    @on(RowFeed.PageRead)
    def _take_page(self, event: RowFeed.PageRead) -> None:
        if event.rows is not self.data:
            return
        self._is_reading = False
        if event.choose is not None:
            self.matches = None
        elif not self.window.is_beside(event.start, event.page):
            return  # it was read for where the cursor was before
        self.window.take(event.start, event.page)
        if self.matches is None:
            self._paint(event.choose)

    @on(RowFeed.Searched)
    def _take_matches(self, event: RowFeed.Searched) -> None:
        if event.rows is self.data:
            self.matches = event.page
            self._paint()

    @on(RowFeed.NotFound)
    def _stop_reading(self) -> None:
        self._is_reading = False

    def _paint(self, choose: int | None = None) -> None:
        """Show the rows, with the cursor on the one at a position if there is one to go to."""
        rows = [_row(line, self.data) for line in self.lines]
        widest = max((cell_len(str(row.cells[0])) for row in rows), default=0)
        title, question = _COLUMNS
        self.set_table((replace(title, width=min(max(widest, title.width or 0), _WIDEST_LABEL)), question), rows)
        if choose is not None:
            self.choose(str(choose))
        self._tell()

    @on(DataTable.RowHighlighted)
    def _tell(self) -> None:
        """Tell which row is under the cursor, and read on if it is near an end of the rows."""
        lines = self.lines
        found = lines[min(max(self.cursor_row, 0), len(lines) - 1)].found if lines else None
        if found is not self._told or found is None:
            self._told, self._last_told = found, found or self._last_told
            self.post_message(self.Chosen(found))
        wanted = self.window.to_read(self.cursor_row) if self.matches is None and self.data is not None else None
        if wanted and self.data is not None and not self._is_reading:
            self._is_reading = True
            self._read_page(self.data, *wanted)


def _row(line: RowLine, data: DatasetRows | None) -> Row:
    label = data.label(line.found) if data else ""
    if cell_len(label) > _WIDEST_LABEL:
        label = "…" + label[1 - _WIDEST_LABEL :]  # the number is at its end
    return Row(str(line.found.position), (label, line.text if line.is_good else (line.text, "warning")))
