"""The validation losses on a plot: a line with a mark at each, by which it is told apart without colour too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.i18n import _
from workbench.jobs.events import Validation
from workbench.jobs.overfitting import lowest, overfits_since
from workbench.ui.widgets.braille import BrailleCanvas
from workbench.ui.widgets.plot_columns import Window
from workbench.ui.widgets.plot_rows import AXIS, OVERFITTED, RUN, VALIDATION

if TYPE_CHECKING:
    from workbench.ui.widgets.plot_drawing import PlotRun

POINT, LOWEST, RISEN = "◆", "▼", "✕"
Marks = dict[tuple[int, int], tuple[str, int]]
"""Cell row and cell column → a character and its layer."""


def finite(run: PlotRun) -> list[Validation]:
    """The validations of a run that can be drawn."""
    return [point for point in run.validation if abs(point.loss) < float("inf")]


def draw_validation(
    canvas: BrailleCanvas, runs: Sequence[PlotRun], window: Window, row_of: Callable[[float], int]
) -> Marks:
    """Draw the lines and give the marks on them; what has risen in over-fitting has another mark and paint.

    Args:
        row_of: the dot row of a loss.
    """
    marks: Marks = {}
    for number, run in reversed(list(enumerate(runs))):
        points, best = finite(run), lowest(run.validation)
        since = overfits_since(run.validation)
        places = [(window.column(point.iter, canvas.dot_columns), row_of(point.loss)) for point in points]

        def layer_of(point: Validation, since: Validation | None = since, number: int = number) -> int:
            if since is not None and point.iter > since.iter:
                return OVERFITTED
            return VALIDATION if len(runs) == 1 else RUN + number

        for (start, end), point in zip(pairwise(places), points[1:], strict=True):
            canvas.line(start, end, layer_of(point))
        for (column, row), point in zip(places, points, strict=True):
            if 0 <= column < canvas.dot_columns:
                mark = LOWEST if point is best else RISEN if layer_of(point) == OVERFITTED else POINT
                if marks.get((row >> 2, column >> 1), ("",))[0] != LOWEST:
                    marks[row >> 2, column >> 1] = (mark, layer_of(point))
    return marks


def validation_legend(runs: Sequence[PlotRun]) -> list[tuple[str, int]]:
    """What the marks mean; of a single run also where it is lowest, and whether it over-fits."""
    if not any(map(finite, runs)):
        return []
    if len(runs) > 1:
        return [(f"{POINT} " + _("validation") + "   ", AXIS)]
    best, since = lowest(runs[0].validation), overfits_since(runs[0].validation)
    pieces = [(f"{POINT} " + _("validation") + "   ", VALIDATION)]
    if since is not None:
        return [*pieces, (f"{RISEN} " + _("over-fitting since {iter}").format(iter=since.iter) + "   ", OVERFITTED)]
    if best is not None:
        text = _("lowest {loss} at {iter}").format(loss=f"{best.loss:.4f}", iter=best.iter)
        pieces.append((f"{LOWEST} {text}   ", VALIDATION))
    return pieces


def validation_readings(runs: Sequence[PlotRun], window: Window, columns: int, here: int) -> list[tuple[str, int]]:
    """The validation losses in the cell of a dot column."""
    found = []
    for number, run in enumerate(runs):
        for point in finite(run):
            if window.column(point.iter, columns) >> 1 == here >> 1:
                layer = VALIDATION if len(runs) == 1 else RUN + number
                found.append((f"{POINT} {point.loss:.5g}   ", layer))
    return found
