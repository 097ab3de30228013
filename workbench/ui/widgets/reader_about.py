"""What stands above the rows: what is being done, which rows are listed, and how they are rendered."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Label

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.dataset_rows import DatasetRows, Page
from workbench.ui.row_settings import Settings
from workbench.ui.widgets.reader_text import about_text, measure_text
from workbench.ui.widgets.row_table import RowTable


class ReaderAbout(Label):
    """Remembers what was told of the data that is read."""

    DEFAULT_CSS = """
    ReaderAbout { width: 1fr; height: auto; max-height: 12; color: $text-muted; padding: 0 2; }
    """

    def __init__(self, known: Sequence[str]) -> None:
        """``known``: the data files of the project."""
        about = _("Give the path of a data file or folder, or a dataset's name on a hub.")
        if known:
            about = _("Data files here: {names}").format(names=printable(", ".join(known)))
        super().__init__(about, markup=False)
        self.template = ("", "")
        """The name of the prompt template of the rows that are shown, and why it is that one."""
        self._count: int | None = None
        self._problem = ""

    def begin(self, said: str) -> None:
        """Other data is being opened; ``said``: a sentence about that, or about why it cannot be read."""
        self._count, self._problem, self.template = None, "", ("", "")
        self.update(said)

    def take_count(self, count: int) -> None:
        """It is known how many rows there are."""
        self._count = count

    def take_page(self, page: Page) -> None:
        """Rows were read; what is wrong behind them stays said."""
        self._problem = page.problem or self._problem

    def say(self, table: RowTable, data: DatasetRows, settings: Settings, doing: str = "") -> None:
        """Say all of it, first of all what is being done."""
        rows = about_text(table, data, self._count, self._problem)
        self.update("\n".join(filter(None, [doing, rows, measure_text(settings, self.template)])))
