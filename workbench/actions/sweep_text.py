"""The table of a sweep, for the command line and the app."""

from __future__ import annotations

from workbench.actions.sweep_table import SweepRow, SweepTable
from workbench.configs.evaluation_rules import score_text
from workbench.i18n import _

BEST = "★"


def titles(table: SweepTable) -> tuple[str, ...]:
    """The titles of the columns; measures that no point has are left out."""
    validation = (_("validation loss"),) if has_validation(table) else ()
    scores = map(score_text, table.score_names)
    return (" ", *table.fields, _("state"), _("smoothed loss"), *validation, *scores, _("tokens/s"))


def has_validation(table: SweepTable) -> bool:
    """Whether anything was held out."""
    return any(row.validation_loss is not None for row in table.rows)


def row_cells(table: SweepTable, row: SweepRow) -> tuple[str, ...]:
    """The cells of a point."""
    validation = (_figure(row.validation_loss),) if has_validation(table) else ()
    scores = (f"{row.scores[name]:.1%}" if name in row.scores else "" for name in table.score_names)
    speed = f"{row.tokens_per_s:.0f}" if row.tokens_per_s else ""
    settings = (row.point.settings.get(name, "–") for name in table.fields)
    mark = BEST if row is table.best else " "
    return (mark, *settings, row.state_text, _figure(row.loss), *validation, *scores, speed)


def table_cells(table: SweepTable) -> list[tuple[str, ...]]:
    """Titles, then a row for each point."""
    return [titles(table), *(row_cells(table, row) for row in table.rows)]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
