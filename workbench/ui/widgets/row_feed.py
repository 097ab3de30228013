"""Reading rows of data in threads, which tell by messages what they have read; no row is painted here."""

from __future__ import annotations

from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.worker import get_current_worker

from workbench.data.show import FoundRow
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.dataset_rows import ROWS_A_PAGE, DatasetRows, Page
from workbench.ui.row_window import start_around
from workbench.ui.widgets.fitted_table import FittedTable


class RowFeed(FittedTable):
    """The part of a `RowTable` that reads."""

    @dataclass
    class Opened(Message):
        """The first rows of data are there."""

        rows: DatasetRows
        page: Page

    @dataclass
    class Refused(Message):
        """Data cannot be read. ``is_there``: whether there is a file or dataset at all."""

        source: Source
        reason: str
        is_there: bool

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

    @work(thread=True, group="rows-open", exclusive=True, exit_on_error=False)
    def _open(self, source: Source) -> None:
        worker = get_current_worker()
        rows = None
        try:
            rows = DatasetRows(source)
            page = rows.first_page()
        except WorkbenchError as error:
            self.post_message(self.Refused(source, printable(str(error)), is_there=rows is not None))
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

    @work(thread=True, group="rows-place", exclusive=True, exit_on_error=False)
    def _read_position(self, rows: DatasetRows, position: int) -> None:
        self._read_around(rows, position, "")

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
