"""Opening data, and going through its rows: which are listed, which is under the cursor, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher

from workbench.data.formats import FormatChoice
from workbench.data.sources import Source
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.row_settings import Settings
from workbench.ui.widgets.check_panel import CheckPanel
from workbench.ui.widgets.reader_about import ReaderAbout
from workbench.ui.widgets.reader_top import ReaderTop
from workbench.ui.widgets.row_table import RowTable
from workbench.ui.widgets.row_view import RowView

ROW, CHECK = "reader-row", "reader-check"


class RowsReader(Vertical):
    """The part of the reader that knows of rows only; needs the widgets that its properties name."""

    @dataclass
    class Opened(Message):
        """Data was read."""

        path: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._doing = ""
        """What takes a while, in a sentence; empty if nothing does."""

    @property
    def settings(self) -> Settings:
        """How rows are rendered now."""
        return self._row_view.settings

    @property
    def source(self) -> Source | None:
        """What was asked for last, whether it could be read or not."""
        return self._table.asked_for

    @property
    def is_asking_for_path(self) -> bool:
        """Whether the cursor is in the path."""
        return self._top.is_asking_for_path

    @property
    def has_rows(self) -> bool:
        """Whether there is data whose rows can be looked at."""
        return self._table.data is not None

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)

    @property
    def _row_view(self) -> RowView:
        return self.query_one(RowView)

    @property
    def _top(self) -> ReaderTop:
        return self.query_one(ReaderTop)

    @property
    def _about(self) -> ReaderAbout:
        return self.query_one(ReaderAbout)

    @property
    def _panel(self) -> CheckPanel:
        return self.query_one(CheckPanel)

    def _show_side(self, side: str) -> None:
        """Show a row, or a check; one that nobody waits for any more ends."""
        if side == ROW:
            self._panel.stop()
        self.set_class(side == CHECK, "-checking")
        self.query_one("#reader-side", ContentSwitcher).current = side

    def _make_room_for_list(self) -> None:
        """The chosen row shares its room with the list again."""
        self.remove_class("-whole")

    # -- what may be asked of it

    def begin(self, path: str, choice: FormatChoice) -> None:
        """Say that data is being opened, which takes a while where it is fetched; what was read before goes."""
        self._make_room_for_list()
        self._show_side(ROW)
        self._table.open(path, choice)
        self._about.begin(_("Opening {path} …").format(path=printable(path)))
        self.screen.refresh_bindings()

    def ask_for_path(self, remembered: str) -> None:
        """Put the cursor into the path; an empty one begins with what was read last, or the project's first file."""
        self._make_room_for_list()
        self._top.ask_for_path(remembered)

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self._make_room_for_list()
        self._top.focus_search()

    def focus_rows(self) -> None:
        """Back to the rows, and to the chosen one instead of a check."""
        self._show_side(ROW)
        self._make_room_for_list()
        self._table.focus()

    def leave(self) -> None:
        """Back to the rows; from them, to all of them after a search."""
        if self._table.has_focus and not self.has_class("-checking"):
            self._top.end_search()
        self.focus_rows()

    def step(self, rows: int) -> None:
        """Go so many rows on, or back."""
        self._show_side(ROW)
        self._table.step(rows)

    def go_to_row(self, number: int) -> None:
        """Go to the row with a number, which takes a while where it is far down in much data."""
        self._top.forget_search()
        self._say(_("Going to row {number} …").format(number=number))
        self._table.go_to_number(number)
        self.focus_rows()

    # -- what the parts say

    @on(ReaderTop.SearchTyped)
    def _search(self, event: ReaderTop.SearchTyped) -> None:
        event.stop()
        self._table.search(event.words)
        self._say(_("Searching …") if event.words else "")

    @on(ReaderTop.SearchEntered)
    def _to_rows(self, event: ReaderTop.SearchEntered) -> None:
        event.stop()
        self._table.focus()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        event.stop()
        self._about.take_page(event.page)
        self._top.forget_search()
        self._say()
        self.focus_rows()
        self.post_message(self.Opened(event.rows.source.path))

    @on(RowTable.Refused)
    def _refused(self, event: RowTable.Refused) -> None:
        """Where data is there, a key may help: its format, or its columns."""
        event.stop()
        self._about.begin(event.reason)
        if event.is_there:
            self.focus_rows()

    @on(RowTable.Counted)
    def _counted(self, event: RowTable.Counted) -> None:
        event.stop()
        if event.rows is self._table.data:
            self._about.take_count(event.count)
            self._say(self._doing)

    @on(RowTable.PageRead)
    def _read_on(self, event: RowTable.PageRead) -> None:
        event.stop()
        if event.rows is self._table.data:
            self._about.take_page(event.page)
            self._say(self._doing if event.choose is None else "")

    @on(RowTable.Searched)
    def _searched(self, event: RowTable.Searched) -> None:
        event.stop()
        if event.rows is self._table.data:
            self._say()

    @on(RowTable.NotFound)
    def _not_found(self, event: RowTable.NotFound) -> None:
        event.stop()
        self._table.search("")
        self._say(event.said)

    @on(RowTable.Chosen)
    async def _chosen(self, event: RowTable.Chosen) -> None:
        event.stop()
        if event.found is None:
            await self._row_view.say(_("No row has this text.") if self._table.matches is not None else "")
        else:
            self._row_view.show(event.found)

    @on(RowTable.RowSelected, "#reader-rows")
    def _read_whole(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.add_class("-whole")
        self._row_view.focus_text()

    @on(RowView.Left)
    def _leave_row(self, event: RowView.Left) -> None:
        event.stop()
        self.focus_rows()

    @on(RowView.Rendered)
    def _name_template(self, event: RowView.Rendered) -> None:
        event.stop()
        if event.row.template != self._about.template:
            self._about.template = event.row.template
            self._say(self._doing)

    @on(CheckPanel.PlaceChosen)
    def _go_to(self, event: CheckPanel.PlaceChosen) -> None:
        event.stop()
        self._top.forget_search()
        self._table.go_to(event.place)
        self.focus_rows()

    def _say(self, doing: str = "") -> None:
        """Tell what is known of the data, and what is being done."""
        self._doing = doing
        if (data := self._table.data) is not None:
            self._about.say(self._table, data, self.settings, doing)
