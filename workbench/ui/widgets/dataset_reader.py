"""Reading data: its rows in a table, the chosen one beside them, or what a check of the whole found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import ContentSwitcher, DataTable, Input, Label
from textual.worker import get_current_worker

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.check_run import run_check
from workbench.ui.dataset_rows import DatasetRows, Page
from workbench.ui.project_files import project_data_files
from workbench.ui.row_rendering import Settings
from workbench.ui.row_window import RowWindow
from workbench.ui.widgets.check_panel import CheckPanel
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.row_view import RowView

_SECONDS_AFTER_TYPING = 0.2
_ROW, _CHECK = "reader-row", "reader-check"


class DatasetReader(Vertical):
    """A path, a search, the rows, and one of them whole."""

    DEFAULT_CSS = """
    DatasetReader {
        height: 1fr;
        #reader-top { height: 1; }
        #reader-path { width: 2fr; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #reader-search { width: 1fr; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #reader-about { width: 1fr; height: auto; color: $text-muted; padding: 0 2; }
        #reader-body { height: 1fr; }
        #reader-rows { width: 1fr; height: 1fr; margin: 0 1; }
        #reader-side { width: 1fr; height: 1fr; border-left: solid $border-blurred; }
    }
    """

    @dataclass
    class Opened(Message):
        """Data was read."""

        path: str

    @dataclass
    class Refused(Message):
        """Data cannot be read."""

        reason: str

    @dataclass
    class PageRead(Message):
        """Rows were read. ``choose``: the row to go to, by its position."""

        rows: DatasetRows
        start: int
        page: Page
        choose: int | None = None

    @dataclass
    class Searched(Message):
        """The rows that hold a text."""

        rows: DatasetRows
        page: Page

    @dataclass
    class Counted(Message):
        """How many rows there are."""

        rows: DatasetRows
        count: int

    def __init__(self, project: Path, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._known = project_data_files(project)
        self._rows: DatasetRows | None = None
        self._window = RowWindow()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="reader-top"):
            yield Input(
                placeholder=_("data file or folder, then enter"),
                suggester=SuggestFromList(self._known) if self._known else None,
                id="reader-path",
                compact=True,
            )
            yield Input(placeholder=_("search"), id="reader-search", compact=True)
        about = _("Give the path of a data file or folder, or a dataset's name on a hub.")
        if self._known:
            about = _("Data files here: {names}").format(names=printable(", ".join(self._known)))
        yield Label(about, id="reader-about", markup=False)
        with Horizontal(id="reader-body"):
            yield FittedTable((Column(N_("row"), 6), Column(N_("first question"))), id="reader-rows")
            with ContentSwitcher(initial=_ROW, id="reader-side"):
                yield RowView(self._settings, id=_ROW)
                yield CheckPanel(id=_CHECK)

    # -- what the screen asks for

    @property
    def settings(self) -> Settings:
        """How rows are rendered now."""
        return self.query_one(RowView).settings

    def open(self, path: str) -> None:
        """Read data and show its rows."""
        self.query_one("#reader-path", Input).value = path
        self._read(path)

    def ask_for_path(self, remembered: str) -> None:
        """Put the cursor into the path; an empty one begins with what was read last, or the project's first file."""
        path = self.query_one("#reader-path", Input)
        path.value = path.value or remembered or next(iter(self._known), "")
        path.focus()

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.query_one("#reader-search", Input).focus()

    def focus_rows(self) -> None:
        """Back to the rows, and to the chosen one instead of a check."""
        self._side.current = _ROW
        self._table.focus()

    def change(self, *, template: str | None = None, tokenizer: str | None = None) -> None:
        """Render by another template or tokenizer."""
        self.query_one(RowView).change(template=template, tokenizer=tokenizer)
        self._say_about()

    def next_view(self) -> None:
        """Show the row in another of its views."""
        self._side.current = _ROW
        self.query_one(RowView).next_view()

    def step(self, rows: int) -> None:
        """Go so many rows on, or back."""
        self._side.current = _ROW
        self._table.move_cursor(row=self._table.cursor_row + rows, animate=False)

    def check(self) -> None:
        """Check all of the data, and show what is found."""
        if self._rows is None:
            return
        self._side.current = _CHECK
        self.query_one(CheckPanel).begin()
        self._check(self._rows.path, self.settings)

    # -- at work

    @work(thread=True, group="reader", exclusive=True, exit_on_error=False)
    def _read(self, path: str) -> None:
        try:
            rows = DatasetRows(path)
        except WorkbenchError as error:
            self.post_message(self.Refused(printable(str(error))))
            return
        page = rows.page(0)
        if page.problem and not page.lines:
            self.post_message(self.Refused(page.problem))
            return
        self.post_message(self.PageRead(rows, 0, page, choose=0))
        if not page.is_last and (count := rows.count(lambda: get_current_worker().is_cancelled)) is not None:
            self.post_message(self.Counted(rows, count))

    @work(thread=True, group="reader-page", exclusive=True, exit_on_error=False)
    def _read_page(self, rows: DatasetRows, start: int) -> None:
        self.post_message(self.PageRead(rows, start, rows.page(start)))

    @work(thread=True, group="reader-page", exclusive=True, exit_on_error=False)
    def _read_place(self, rows: DatasetRows, place: str) -> None:
        position = rows.position_of(place, lambda: get_current_worker().is_cancelled)
        if position is not None:
            start = self._window.start_around(position)
            self.post_message(self.PageRead(rows, start, rows.page(start), choose=position))

    @work(thread=True, group="reader-search", exclusive=True, exit_on_error=False)
    def _search(self, rows: DatasetRows, words: str) -> None:
        worker = get_current_worker()
        page = rows.search(words, lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self.post_message(self.Searched(rows, page))

    @work(group="reader-check", exclusive=True, exit_on_error=False)
    async def _check(self, path: str, settings: Settings) -> None:
        panel = self.query_one(CheckPanel)
        try:
            panel.show(await run_check(path, settings.template, settings.tokenizer))
        except WorkbenchError as error:
            panel.say(printable(str(error)))
