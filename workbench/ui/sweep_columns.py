"""The table of a sweep on the screen: which columns, how wide, and what stands in them."""

from __future__ import annotations

from rich.cells import cell_len

from workbench.actions.sweep_table import SweepTable
from workbench.actions.sweep_text import row_cells, titles
from workbench.text import printable
from workbench.ui.widgets.fitted_table import Cell, Column
from workbench.ui.widgets.job_table import STATE_ROLES

_FIGURE_WIDTH, _WIDEST_FIELD, _GAP = 7, 12, 2


def sweep_columns(table: SweepTable) -> tuple[Column, ...]:
    """The mark, the fields that differ, the state; then the figures, each from the width on that has room for it."""
    mark, *rest = titles(table)
    fields, (state, *figures) = rest[: len(table.fields)], rest[len(table.fields) :]
    columns = [Column(mark, 1), *(_field_column(table, name) for name in fields), Column(state, 13)]
    taken = sum((column.width or _WIDEST_FIELD) + _GAP for column in columns) + 1
    for name in figures:
        width = max(_FIGURE_WIDTH, _width(name))
        taken += width + _GAP
        columns.append(Column(name, width, from_width=taken))
    return tuple(columns)


def _field_column(table: SweepTable, name: str) -> Column:
    """As wide as its longest value; those with very long ones share what is left."""
    title = name.rpartition(".")[2]
    width = max(cell_len(text) for text in (title, *(row.point.settings.get(name, "") for row in table.rows)))
    return Column(title, width if width <= _WIDEST_FIELD else None)


def _width(title: str) -> int:
    return min(cell_len(title), 15)


def sweep_cells(table: SweepTable, number: int) -> tuple[Cell, ...]:
    """The cells of a point, a column each."""
    row = table.rows[number]
    texts = [printable(text) for text in row_cells(table, row)]
    place = 1 + len(table.fields)
    state: Cell = (texts[place], STATE_ROLES[row.state] if row.state else "muted")
    mark: Cell = (texts[0], "success")
    return (mark, *texts[1:place], state, *texts[place + 1 :])
