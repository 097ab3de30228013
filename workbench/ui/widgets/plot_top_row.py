"""The row above a plot: what the lines are, or what they say under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.i18n import _
from workbench.jobs.bins import Series
from workbench.ui.widgets.plot_columns import Window
from workbench.ui.widgets.plot_rows import AXIS, CURSOR, RAW, RUN, PlotRow, filled
from workbench.ui.widgets.plot_validation import validation_legend, validation_readings

if TYPE_CHECKING:
    from workbench.ui.widgets.plot_drawing import PlotState, Reading

MOST_RUNS = 6
UNSMOOTHED = {"lr"}
"""Series that are a schedule, not a measurement: their own line is all there is to see."""
MEASURED = "loss"
"""The series that validation measures too."""


def top_row(
    state: PlotState, all_series: list[Series], here: Reading | None, window: Window, columns: int, width: int
) -> PlotRow:
    """The legend, or the readings at a dot column, in ``width`` cells.

    Args:
        columns: dot columns of the plot.
    """
    validated = state.runs[:MOST_RUNS] if state.series == MEASURED else []
    if here is None:
        pieces = [*_legend_pieces(state, all_series), *validation_legend(validated)]
    else:
        pieces = [*_reading_pieces(state, here), *validation_readings(validated, window, columns, here.dot_column)]
    return PlotRow(tuple(filled(pieces, width)))


def run_letter(number: int) -> str:
    """The letter that names a run on a plot with several."""
    return chr(ord("A") + number)


def _legend_pieces(state: PlotState, all_series: list[Series]) -> list[tuple[str, int]]:
    pieces = [(state.title + "   ", AXIS)]
    if len(state.runs) > 1:
        named = enumerate(run.label or run.name for run in state.runs[:MOST_RUNS])
        pieces += [(f"{run_letter(number)} {name}   ", RUN + number) for number, name in named]
    elif state.series not in UNSMOOTHED:
        pieces += [("⣿⣿ " + _("each step") + "   ", RAW), ("━━ " + _("smoothed") + "   ", RUN)]
    if unplottable := sum(series.not_finite for series in all_series):
        pieces.append((_("! {count} values are not finite").format(count=unplottable), CURSOR))
    return pieces


def _reading_pieces(state: PlotState, here: Reading) -> list[tuple[str, int]]:
    pieces = [(_("iteration {iter}").format(iter=here.iteration) + f"   {state.title}   ", CURSOR)]
    for number, column in here.columns.items():
        name = f"{run_letter(number)} " if len(state.runs) > 1 else ""
        values = f"{column.low:.5g}" if column.count == 1 else f"{column.low:.5g} … {column.high:.5g}"
        pieces.append((f"{name}{values} ", RAW if number == 0 else RUN + number))
        if state.series not in UNSMOOTHED:
            pieces.append(("━ " + _("smoothed {value}").format(value=f"{column.smooth:.5g}") + "   ", RUN + number))
    return pieces
