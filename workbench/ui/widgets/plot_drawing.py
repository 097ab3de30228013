"""How a plot looks, as rows of characters with a layer of paint each; no Textual, so that it is tested by itself.

From the top: one row of legend or of readings at the cursor, the curve with its vertical axis, the horizontal axis
with its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.cells import cell_len, set_cell_size

from workbench.i18n import _
from workbench.jobs.bins import Series
from workbench.jobs.curve import Curves
from workbench.jobs.events import Validation
from workbench.ui.widgets.axes import YAxis, fitting_axis, tick_text
from workbench.ui.widgets.braille import BrailleCanvas
from workbench.ui.widgets.plot_columns import Column, Window, columns_of, too_coarse
from workbench.ui.widgets.plot_rows import (
    AXIS,
    CURSOR,
    LABEL_WIDTH,
    RAW,
    RUN,
    PlotRow,
    bottom_rows,
    joined,
    text_row,
)
from workbench.ui.widgets.plot_top_row import MEASURED, MOST_RUNS, UNSMOOTHED, run_letter, top_row
from workbench.ui.widgets.plot_validation import Marks, draw_validation, finite

_ROWS_PER_Y_TICK = 4


@dataclass
class PlotRun:
    """One run on a plot: its name, its curves, its validation losses and, if zoomed in far, that window's curves alone.

    ``label`` stands for the name where several runs must fit into a line.
    """

    name: str
    curves: Curves
    detail: tuple[Window, Curves] | None = None
    label: str = ""
    validation: Sequence[Validation] = ()

    def series(self, name: str, window: Window) -> Series:
        """The finest series known for a window."""
        if self.detail and self.detail[0] == window:
            detailed = self.detail[1].series[name]
            if detailed.last and self.newest_iteration <= max(detailed.last[0], window.last):
                return detailed
        return self.curves.series[name]

    @property
    def newest_iteration(self) -> int:
        last = self.curves.series["loss"].last
        return last[0] if last else 0

    @property
    def last_iteration(self) -> int:
        """Where the run ends as planned, or already is."""
        return max(self.curves.total_iters, self.newest_iteration)


class PlotState(Protocol):
    """What there is to draw."""

    runs: list[PlotRun]
    series: str
    log_scale: bool
    cursor: int | None
    empty_text: str

    @property
    def shown(self) -> Window: ...

    @property
    def title(self) -> str: ...


@dataclass(frozen=True)
class Reading:
    """What the cursor can stand on: a dot column of the plot and its points, by run number."""

    dot_column: int
    iteration: int
    columns: dict[int, Column]


@dataclass
class Drawing:
    """A finished picture. ``coarse``: reading the window's steps again would show more."""

    width: int
    rows: list[PlotRow]
    readings: list[Reading] = field(default_factory=list)
    coarse: bool = False

    def next_reading(self, iteration: int | None, direction: int) -> int | None:
        """The iteration to read next in a direction, one cell on at least; None at the end."""
        if not self.readings:
            return None
        if iteration is None:
            return self.readings[-1].iteration
        here = nearest_reading(self.readings, iteration)
        beyond = (
            [reading for reading in self.readings if reading.dot_column >= here.dot_column + 2]
            if direction > 0
            else [reading for reading in reversed(self.readings) if reading.dot_column <= here.dot_column - 2]
        )
        return beyond[0].iteration if beyond else None


def nearest_reading(readings: list[Reading], iteration: int) -> Reading:
    """The reading at or nearest to an iteration."""
    return min(readings, key=lambda reading: abs(reading.iteration - iteration))


def draw(state: PlotState, width: int, height: int) -> Drawing:
    """The picture of a plot in ``width`` × ``height`` cells."""
    window = state.shown
    plot_width, plot_height = width - LABEL_WIDTH - 1, height - 3
    if plot_width < 4 or plot_height < 1:
        return Drawing(width, [text_row(_("Too small for a plot."), width)])
    canvas = BrailleCanvas(plot_width, plot_height)
    all_series = [run.series(state.series, window) for run in state.runs[:MOST_RUNS]]
    traces = [columns_of(series, window, canvas.dot_columns) for series in all_series]
    if not any(traces):
        return _empty_drawing(state, width, height)
    is_smoothed = state.series not in UNSMOOTHED
    validated = state.runs[:MOST_RUNS] if state.series == MEASURED else []
    measured = [point.loss for run in validated for point in finite(run) if window.first <= point.iter <= window.last]
    axis = fitting_axis(*_extent(traces, measured, state.log_scale), log=state.log_scale)
    if is_smoothed:
        _draw_raw(canvas, traces[0], axis, RAW)
    for number in reversed(range(len(traces))):
        if is_smoothed:
            _draw_smooth(canvas, traces[number], axis, RUN + number)
        else:
            _draw_raw(canvas, traces[number], axis, RUN + number)
    readings = _readings(traces, canvas.dot_columns)
    here = nearest_reading(readings, state.cursor) if state.cursor is not None and readings else None
    marks = draw_validation(canvas, validated, window, lambda loss: _dot_row(canvas, axis, loss))
    if len(traces) > 1:
        marks |= _end_letters(traces, axis, canvas)
    rows = [top_row(state, all_series, here, window, canvas.dot_columns, width)]
    rows += _curve_rows(canvas, axis, here, marks)
    rows += bottom_rows(window, plot_width)
    coarse = any(too_coarse(series, window, canvas.dot_columns) for series in all_series)
    return Drawing(width, rows, readings, coarse)


def _empty_drawing(state: PlotState, width: int, height: int) -> Drawing:
    blank = text_row("", width)
    rows = [text_row(state.title, width), *[blank] * (height - 1)]
    text = set_cell_size(state.empty_text, min(cell_len(state.empty_text), width))
    rows[height // 2] = text_row(" " * ((width - cell_len(text)) // 2) + text, width)
    return Drawing(width, rows)


def _extent(traces: list[dict[int, Column]], others: list[float], log: bool) -> tuple[float, float]:
    """The lowest and highest value to be drawn, others included; on a log axis the lowest positive one."""
    columns = list(traces[0].values())
    lows, highs = [column.low for column in columns], [column.high for column in columns]
    smooth = [column.smooth for trace in traces for column in trace.values()]
    lows, highs = lows + smooth + others, highs + smooth + others
    if log:
        lows = [value for value in lows if value > 0] or [1.0]
        highs = [value for value in highs if value > 0] or [1.0]
    return min(lows), max(highs)


def _draw_smooth(canvas: BrailleCanvas, trace: dict[int, Column], axis: YAxis, layer: int) -> None:
    previous: tuple[int, int] | None = None
    for dot_column, column in trace.items():
        here = (dot_column, _dot_row(canvas, axis, column.smooth))
        canvas.line(previous or here, here, layer)
        previous = here


def _draw_raw(canvas: BrailleCanvas, trace: dict[int, Column], axis: YAxis, layer: int) -> None:
    """Each column from its lowest to its highest point, joined to its neighbour by their means."""
    previous: tuple[int, int] | None = None
    for dot_column, column in trace.items():
        here = (dot_column, _dot_row(canvas, axis, column.mean))
        canvas.line(previous or here, here, layer)
        canvas.bar(dot_column, _dot_row(canvas, axis, column.high), _dot_row(canvas, axis, column.low), layer)
        previous = here


def _dot_row(canvas: BrailleCanvas, axis: YAxis, value: float) -> int:
    return round((1 - axis.share(value)) * (canvas.dot_rows - 1))


def _readings(traces: list[dict[int, Column]], dot_columns: int) -> list[Reading]:
    filled = sorted({column for trace in traces for column in trace if 0 <= column < dot_columns})
    found = []
    for dot_column in filled:
        columns = {number: trace[dot_column] for number, trace in enumerate(traces) if dot_column in trace}
        found.append(Reading(dot_column, next(iter(columns.values())).last, columns))
    return found


def _end_letters(traces: list[dict[int, Column]], axis: YAxis, canvas: BrailleCanvas) -> Marks:
    """A letter where each run's line ends on screen: it names it there."""
    marks: Marks = {}
    for number, trace in enumerate(traces):
        inside = [column for column in trace if 0 <= column < canvas.dot_columns]
        if inside:
            row = _dot_row(canvas, axis, trace[inside[-1]].smooth) >> 2
            marks[row, min((inside[-1] >> 1) + 1, canvas.width - 1)] = (run_letter(number), RUN + number)
    return marks


def _curve_rows(canvas: BrailleCanvas, axis: YAxis, here: Reading | None, marks: Marks) -> Iterator[PlotRow]:
    labels = {}
    for tick in axis.ticks(max(canvas.height // (2 if axis.log else _ROWS_PER_Y_TICK), 2)):
        labels[_dot_row(canvas, axis, tick) >> 2] = tick_text(tick)
    for y in range(canvas.height):
        cells = list(zip(canvas.row_text(y), canvas.row_layers(y), strict=True))
        if here is not None and cells[here.dot_column >> 1][0] == " ":
            cells[here.dot_column >> 1] = ("│", CURSOR)
        for (row, x), mark in marks.items():
            if row == y:
                cells[x] = mark
        label = f"{labels.get(y, ''):>{LABEL_WIDTH - 1}} " + ("┤" if y in labels else "│")
        yield PlotRow(((label, AXIS), *joined(cells)))
