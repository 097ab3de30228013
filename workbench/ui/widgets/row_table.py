"""The rows of data in a table, which reads on while the cursor moves; or those of them that hold a text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable
from textual.worker import get_current_worker

from workbench.data.formats import FormatChoice
from workbench.data.show import FoundRow
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.dataset_rows import ROWS_A_PAGE, DatasetRows, Page, RowLine
from workbench.ui.row_window import RowWindow, start_around
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row

_COLUMNS = (Column(N_("row"), 7), Column(N_("first question")))
_WIDEST_LABEL = 24
"""Cells of the column that names file and row."""


class RowTable(FittedTable):
    """Reading happens in threads, which tell by messages what they have read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_top", show=False),
        Binding("end", "scroll_bottom", show=False),
    ]

    @dataclass
    class Opened(Message):
        """The first rows of data are there."""

        rows: DatasetRows
        page: Page

    @dataclass
    class Refused(Message):
        """Data cannot be read."""

        source: Source
        reason: str

    @dataclass
    class PageRead(Message):
        """More rows were read. ``choose``: the position of the row to go to."""

        rows: DatasetRows
        start: int
        page: Page
        choose: int | None = None

    @dataclass
    class Searched(Message):
        """The rows that hold a text were found."""

        rows: DatasetRows
        page: Page

    @dataclass
    class Counted(Message):
        """It is known how many rows there are."""

        rows: DatasetRows
        count: int

    @dataclass
    class Chosen(Message):
        """Another row is under the cursor; None if there is no row."""

        found: FoundRow | None

    @dataclass
    class NotFound(Message):
        """There is no such row. ``said``: a sentence about that."""

        said: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(_COLUMNS, id=id)
        self.data: DatasetRows | None = None
        self.window = RowWindow()
        self.matches: Page | None = None
        """The rows that hold the text looked for; None if none is looked for."""
        self._is_reading = False
        self._told: FoundRow | None = None
        self.asked_for: Source | None = None
        """What was asked for last: what is said of other data comes too late."""

    @property
    def lines(self) -> list[RowLine]:
        """The rows in the table."""
        return self.window.lines if self.matches is None else self.matches.lines

    def clear_rows(self) -> None:
        """Nothing of other data stays."""
        self.data, self.window, self.matches = None, RowWindow(), None
        self._paint()

    # -- what may be asked of it

    def open(self, path: str, choice: FormatChoice | None = None) -> None:
        """Read data from its beginning; posts `Opened` or `Refused`, and `Counted` if there are more rows."""
        self.asked_for = Source(path, choice or FormatChoice())
        self.clear_rows()
        self._open(self.asked_for)

    def search(self, words: str) -> None:
        """Show the rows that hold a text; all of them without one."""
        if self.data is None:
            return
        self.workers.cancel_group(self, "rows-search")
        if words:
            self._search(self.data, words)
        elif self.matches is not None:
            self.matches = None
            self._paint()

    def go_to(self, place: str) -> None:
        """Put the cursor on the row at ``file:row`` or ``file:row:field``, wherever that is in the data."""
        if self.data is not None:
            self._is_reading = True
            self._read_place(self.data, place)

    def go_to_number(self, number: int) -> None:
        """Put the cursor on the row with a number, wherever that is in the data."""
        if self.data is not None:
            self._is_reading = True
            self._read_number(self.data, number)

    def step(self, rows: int) -> None:
        """Go so many rows on, or back."""
        self.move_cursor(row=self.cursor_row + rows, animate=False)

    # -- at work

    @work(thread=True, group="rows-open", exclusive=True, exit_on_error=False)
    def _open(self, source: Source) -> None:
        worker = get_current_worker()
        try:
            rows = DatasetRows(source)
            page = rows.first_page()
        except WorkbenchError as error:
            self.post_message(self.Refused(source, printable(str(error))))
            return
        self.post_message(self.Opened(rows, page))
        count = len(page.lines) if page.is_last else rows.count(lambda: worker.is_cancelled)
        if count is not None:
            self.post_message(self.Counted(rows, count))

    @work(thread=True, group="rows-page", exclusive=True, exit_on_error=False)
    def _read_page(self, rows: DatasetRows, start: int, count: int) -> None:
        self.post_message(self.PageRead(rows, start, rows.page(start, count)))

    @work(thread=True, group="rows-place", exclusive=True, exit_on_error=False)
    def _read_place(self, rows: DatasetRows, place: str) -> None:
        worker = get_current_worker()
        position = rows.position_of(place, lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self._read_around(rows, position, _("No row stands at {place}.").format(place=printable(place)))

    @work(thread=True, group="rows-place", exclusive=True, exit_on_error=False)
    def _read_number(self, rows: DatasetRows, number: int) -> None:
        worker = get_current_worker()
        position = rows.position_of_number(number, lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self._read_around(rows, position, _("There is no row {number}.").format(number=number))

    def _read_around(self, rows: DatasetRows, position: int | None, otherwise: str) -> None:
        if position is None:
            self.post_message(self.NotFound(otherwise))
            return
        start = start_around(position)
        self.post_message(self.PageRead(rows, start, rows.page(start, ROWS_A_PAGE), position))

    @work(thread=True, group="rows-search", exclusive=True, exit_on_error=False)
    def _search(self, rows: DatasetRows, words: str) -> None:
        worker = get_current_worker()
        page = rows.search(words, lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self.post_message(self.Searched(rows, page))

    @on(Opened)
    def _take_first(self, event: Opened) -> None:
        if event.rows.source is not self.asked_for:
            event.stop()
            return
        self.data, self.window, self.matches, self._is_reading = event.rows, RowWindow(), None, False
        self.window.take(0, event.page)
        self._paint()
        self.move_cursor(row=0, animate=False)

    @on(Refused)
    def _leave_out_late(self, event: Refused) -> None:
        if event.source is not self.asked_for:
            event.stop()

    @on(PageRead)
    def _take_page(self, event: PageRead) -> None:
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

    @on(Searched)
    def _take_matches(self, event: Searched) -> None:
        if event.rows is self.data:
            self.matches = event.page
            self._paint()

    @on(NotFound)
    def _stop_reading(self) -> None:
        self._is_reading = False

    def _paint(self, choose: int | None = None) -> None:
        """Show the rows, with the cursor on the one at a position if there is one to go to."""
        rows = [_row(line, self.data) for line in self.lines]
        widest = max((cell_len(str(row.cells[0])) for row in rows), default=0)
        title, question = _COLUMNS
        self.set_columns((replace(title, width=min(max(widest, title.width or 0), _WIDEST_LABEL)), question))
        self.set_rows(rows)
        if choose is not None:
            self.choose(str(choose))
        self._tell()

    @on(DataTable.RowHighlighted)
    def _tell(self) -> None:
        """Tell which row is under the cursor, and read on if it is near an end of the rows."""
        lines = self.lines
        found = lines[min(max(self.cursor_row, 0), len(lines) - 1)].found if lines else None
        if found is not self._told or found is None:
            self._told = found
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
