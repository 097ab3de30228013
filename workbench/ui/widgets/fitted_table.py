"""A table that always fits its width: some columns give way, and those of lesser interest leave when it is narrow."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.coordinate import Coordinate
from textual.theme import Theme
from textual.widgets import DataTable
from textual.widgets.data_table import RowKey

from workbench.i18n import _
from workbench.ui.shown_path import without_middle
from workbench.ui.widgets.blank_when_gone import BlankWhenGone

_PADDING = 2
"""Cells left and right of each column together."""
Role = Literal["success", "warning", "error", "accent", "muted"]
Cell = str | tuple[str, Role]
"""A text, or a text with the role that gives it its colour in the present theme. Never read as markup."""


@dataclass(frozen=True)
class Column:
    """A column. ``title`` is a message id; ``width`` in cells, None for those that share what is left.

    ``from_width``, ``below_width``: the widths of the table in cells at which the column is shown; ``keeps_end``: a text
    that is too long loses some of its middle, not its end.
    """

    title: str
    width: int | None = None
    from_width: int = 0
    below_width: int = sys.maxsize
    keeps_end: bool = False

    def is_shown_at(self, width: int) -> bool:
        """Whether the column is shown in a table of this width in cells."""
        return self.from_width <= width < self.below_width


@dataclass(frozen=True)
class Row:
    """A row by its key, with one cell for each column, shown or not."""

    key: str
    cells: tuple[Cell, ...]


class FittedTable(BlankWhenGone, DataTable[Text]):
    """Rows are set as a whole; only what changed is painted, and the cursor stays on its row."""

    DEFAULT_CSS = """
    FittedTable {
        background: transparent;
        overflow-x: hidden;
        & > .datatable--header { background: transparent; color: $text-muted; text-style: none; }
        &:ansi > .datatable--header { background: transparent; color: ansi_bright_blue; }
        & > .datatable--even-row, & > .datatable--odd-row { background: transparent; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_top", show=False),
        Binding("end", "scroll_bottom", show=False),
    ]

    def __init__(self, columns: tuple[Column, ...], *, id: str | None = None) -> None:
        super().__init__(cursor_type="row", id=id, cell_padding=_PADDING // 2)
        self._all_columns = columns
        self._shown_columns: tuple[int, ...] = ()
        self._widths: dict[int, int] = {}
        self._all_rows: tuple[Row, ...] = ()
        self._laid_out_width = 0
        self._wanted: str | None = None
        """The row to put the cursor on as soon as there are rows."""

    @property
    def chosen_key(self) -> str | None:
        """The key of the row under the cursor, or of that which gets it with the first layout."""
        if self._wanted is not None and any(row.key == self._wanted for row in self._all_rows):
            return self._wanted
        return self._all_rows[self.cursor_row].key if 0 <= self.cursor_row < len(self._all_rows) else None

    @property
    def cuts_titles(self) -> bool:
        """Whether the title of a column does not fit it."""
        return any(cell_len(_(self._all_columns[one].title)) > width for one, width in self._widths.items())

    def set_rows(self, rows: list[Row]) -> None:
        """Show these rows."""
        chosen = self.chosen_key
        before, self._all_rows = self._all_rows, tuple(rows)
        if not self._shown_columns:
            return  # the first layout paints them
        if [row.key for row in before] != [row.key for row in rows]:
            self._fill(chosen)
            return
        for number, (old, new) in enumerate(zip(before, rows, strict=True)):
            for position, column in enumerate(self._shown_columns):
                if old.cells[column] != new.cells[column]:
                    self.update_cell_at(Coordinate(number, position), self._painted(new, column))

    def set_table(self, columns: tuple[Column, ...], rows: list[Row]) -> None:
        """Show rows under columns that may have other widths or titles, or be others altogether."""
        if columns == self._all_columns:
            self.set_rows(rows)
            return
        self._wanted = self._wanted or self.chosen_key
        self._all_columns, self._all_rows = columns, tuple(rows)
        if self._shown_columns:
            self._lay_out(self._laid_out_width)

    def choose(self, key: str) -> bool:
        """Put the cursor on a row; False if there is none with this key."""
        number = next((number for number, row in enumerate(self._all_rows) if row.key == key), None)
        if number is None:
            return False
        if self._shown_columns:
            self.move_cursor(row=number, animate=False)
        else:
            self._wanted = key
        return True

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._repaint)

    def _update_dimensions(self, new_rows: Iterable[RowKey]) -> None:
        """Without measuring the cells of new rows, half of the work of filling: all columns have their width."""
        super()._update_dimensions(())

    def on_resize(self, event: events.Resize) -> None:
        """Lay the columns out for the new width."""
        width = event.size.width
        if width != self._laid_out_width and width > 0:
            self._laid_out_width = width
            self._lay_out(width)

    def _lay_out(self, width: int) -> None:
        chosen, self._wanted = self._wanted or self.chosen_key, None
        shown = [number for number, column in enumerate(self._all_columns) if column.is_shown_at(width)]
        self._shown_columns = tuple(shown)
        fixed = sum((self._all_columns[number].width or 0) + _PADDING for number in shown)
        giving_way = sum(self._all_columns[number].width is None for number in shown)
        # the scrollbar's cell is kept free, so that it appearing does not push the last column out
        rest = max((width - fixed - 1) // max(giving_way, 1), 8)
        self.clear(columns=True)
        self._widths = {number: self._all_columns[number].width or rest for number in shown}
        for number, column_width in self._widths.items():
            column = self._all_columns[number]
            title = without_middle(_(column.title), column_width) if column.keeps_end else _(column.title)
            self.add_column(Text(title), width=column_width, key=str(number))
        self._fill(chosen)

    def _fill(self, chosen: str | None) -> None:
        self.clear()
        for row in self._all_rows:
            self.add_row(*(self._painted(row, number) for number in self._shown_columns), key=row.key)
        if chosen is not None:
            self.choose(chosen)

    def _repaint(self, _theme: Theme) -> None:
        if self._shown_columns:
            self._fill(self.chosen_key)

    def _painted(self, row: Row, number: int) -> Text:
        cell = row.cells[number]
        text, style = (cell, Style.null()) if isinstance(cell, str) else (cell[0], self._style(cell[1]))
        if self._all_columns[number].keeps_end:
            text = without_middle(text, self._widths[number])
        return Text(text, style=style, no_wrap=True, overflow="ellipsis")

    def _style(self, role: Role) -> Style:
        if role == "muted":
            return Style(dim=True)
        return Style(color=Color.parse(self.app.theme_variables[role]).rich_color)
