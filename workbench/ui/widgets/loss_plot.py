"""The live plot of a training: every step and the smoothed line, drawn in braille, painted only where it changed.

A redraw looks at the fixed number of bins of `workbench.jobs.curve.Curve`, so its cost does not grow with the run. It
then compares each row with the one on screen and refreshes the span that differs; with bounds that stay put on round
numbers a new step costs some ten bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.i18n import N_, _
from workbench.jobs.curve import SERIES
from workbench.ui.widgets.plot_columns import Window
from workbench.ui.widgets.plot_drawing import Drawing, PlotRun, draw
from workbench.ui.widgets.plot_rows import CURSOR, OVERFITTED, RAW, RUN_COLOURS, VALIDATION, PlotRow

_LEAST_SPAN = 16
_NAMED_LAYERS = {RAW: "raw", VALIDATION: "validation", OVERFITTED: "overfitted", CURSOR: "cursor"}
SERIES_TITLES = {"loss": N_("loss"), "lr": N_("learning rate"), "grad_norm": N_("gradient norm")}


class LossPlot(Widget, can_focus=True):
    """One series of one or several runs over their iterations."""

    DEFAULT_CSS = """
    LossPlot {
        width: 1fr;
        height: 1fr;
        min-height: 5;
        color: $foreground;
        & > .loss-plot--axis { color: $text-muted; }
        & > .loss-plot--raw { color: $text-muted; text-style: dim; }
        & > .loss-plot--cursor { color: $warning; }
        & > .loss-plot--validation { color: $success; text-style: bold; }
        & > .loss-plot--overfitted { color: $error; text-style: bold; }
        & > .loss-plot--run-0 { color: $primary; text-style: bold; }
        & > .loss-plot--run-1 { color: $success; text-style: bold; }
        & > .loss-plot--run-2 { color: $warning; text-style: bold; }
        & > .loss-plot--run-3 { color: $error; text-style: bold; }
        & > .loss-plot--run-4 { color: $secondary; text-style: bold; }
        & > .loss-plot--run-5 { color: $accent; text-style: bold; }
        &:focus > .loss-plot--axis { color: $foreground; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "loss-plot--axis",
        "loss-plot--raw",
        "loss-plot--cursor",
        "loss-plot--validation",
        "loss-plot--overfitted",
        *(f"loss-plot--run-{number}" for number in range(RUN_COLOURS)),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left", "cursor(-1)", N_("Read left"), id="plot.left", tooltip=N_("Move the reading line left"), show=False
        ),
        Binding(
            "right",
            "cursor(1)",
            N_("Read right"),
            id="plot.right",
            tooltip=N_("Move the reading line right"),
            show=False,
        ),
        Binding(
            "ctrl+left",
            "pan(-1)",
            N_("Pan left"),
            id="plot.pan_left",
            tooltip=N_("Show earlier iterations"),
            show=False,
        ),
        Binding(
            "ctrl+right",
            "pan(1)",
            N_("Pan right"),
            id="plot.pan_right",
            tooltip=N_("Show later iterations"),
            show=False,
        ),
        Binding("home", "cursor_end(-1)", N_("First"), id="plot.first", tooltip=N_("Read the first point"), show=False),
        Binding("end", "cursor_end(1)", N_("Last"), id="plot.last", tooltip=N_("Read the last point"), show=False),
    ]

    @dataclass
    class DetailWanted(Message):
        """The window is so small that the runs' bins are too coarse for it: their steps should be read again."""

        window: Window

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LossPlot.DetailWanted)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: list[PlotRun] = []
        self.series = "loss"
        self.log_scale = False
        self.window: Window | None = None
        self.cursor: int | None = None
        self.empty_text = ""
        self._follows = False
        self._drawing: Drawing | None = None

    # -- what is shown

    def show(self, runs: list[PlotRun]) -> None:
        """Draw these runs; the first one with every step, all of them with their smoothed line."""
        self.runs = runs
        self.redraw()

    def redraw(self) -> None:
        """Draw again and refresh the cells that differ from those on screen. Nothing is sent if none does."""
        width, height = self.size
        if not width or not height:
            return
        self._follow()
        before = self._drawing
        self._drawing = draw(self, width, height)
        if before is None or len(before.rows) != len(self._drawing.rows) or before.width != width:
            self.refresh()
            return
        changed = [
            Region(begin, y, end - begin, 1)
            for y, (old, new) in enumerate(zip(before.rows, self._drawing.rows, strict=True))
            if (span := new.difference(old)) is not None
            for begin, end in [span]
        ]
        if changed:
            self.refresh(*changed)

    @property
    def whole(self) -> Window:
        """All iterations: to the planned end, which keeps the axis still while the curve grows."""
        return Window(0, max((run.last_iteration for run in self.runs), default=0) or 1)

    @property
    def shown(self) -> Window:
        """The iterations on screen."""
        return self.window or self.whole

    @property
    def title(self) -> str:
        """What the vertical axis is, translated."""
        return _(SERIES_TITLES[self.series]) + (_(" (log)") if self.log_scale else "")

    def _follow(self) -> None:
        """A window that holds the newest point moves on with it, in strides that spare the line."""
        newest = max((run.newest_iteration for run in self.runs), default=0)
        if self.window is not None and self._follows and newest > self.window.last:
            stride = max(self.window.span // 4, newest - self.window.last)
            self.window = Window(self.window.first + stride, self.window.last + stride)

    def render_line(self, y: int) -> Strip:
        if self._drawing is None or y >= len(self._drawing.rows):
            return Strip.blank(self.size.width, self.rich_style)
        return self._strip(self._drawing.rows[y]).adjust_cell_length(self.size.width, self.rich_style)

    def _strip(self, row: PlotRow) -> Strip:
        styles = {layer: self.get_component_rich_style(_component(layer)) for layer in row.layers_used}
        return Strip([Segment(text, styles[layer]) for text, layer in row.pieces])

    def on_resize(self, event: Resize) -> None:
        self._drawing = None
        self.redraw()
        self._want_detail()

    # -- what the keys do

    def toggle_log(self) -> None:
        """Linear or logarithmic vertical axis."""
        self.log_scale = not self.log_scale
        self.redraw()

    def next_series(self) -> None:
        """Loss, learning rate, gradient norm, in turn."""
        self.series = SERIES[(SERIES.index(self.series) + 1) % len(SERIES)]
        self.redraw()

    def zoom(self, factor: float) -> None:
        """Show ``factor`` times as many iterations, around the reading line or the newest point."""
        whole, shown = self.whole, self.shown
        span = max(round(shown.span * factor), _LEAST_SPAN)
        if span >= whole.span:
            self._look_at(None)
            return
        newest = max((run.newest_iteration for run in self.runs), default=shown.last)
        centre = self.cursor if self.cursor is not None else min(newest, shown.last)
        first = min(max(centre - span // 2, whole.first), whole.last - span)
        self._look_at(Window(first, first + span))

    def zoom_out_whole(self) -> None:
        """Show everything and put the reading line away."""
        self.cursor = None
        self._look_at(None)

    def action_pan(self, direction: int) -> None:
        """Move a zoomed window by a quarter of its width."""
        if self.window is None:
            return
        whole, span = self.whole, self.window.span
        first = self.window.first + direction * max(span // 4, 1)
        first = min(max(first, whole.first), max(whole.last - span, whole.first))
        self._look_at(Window(first, first + span))

    def action_cursor(self, direction: int) -> None:
        """Move the reading line to the next cell with points; at the edge of a zoomed window, pan."""
        if self._drawing is None:
            return
        target = self._drawing.next_reading(self.cursor, direction)
        if target is None and self.window is not None:
            self.action_pan(direction)
            target = self._drawing.next_reading(self.cursor, direction)
        if target is not None:
            self.cursor = target
            self.redraw()

    def action_cursor_end(self, direction: int) -> None:
        """The first or last point on screen."""
        if self._drawing and self._drawing.readings:
            self.cursor = self._drawing.readings[0 if direction < 0 else -1].iteration
            self.redraw()

    def _look_at(self, window: Window | None) -> None:
        newest = max((run.newest_iteration for run in self.runs), default=0)
        self.window = window
        self._follows = window is not None and window.first <= newest <= window.last
        self.redraw()
        self._want_detail()

    def _want_detail(self) -> None:
        if self.window is not None and self._drawing is not None and self._drawing.coarse:
            self.post_message(self.DetailWanted(self.window))


def _component(layer: int) -> str:
    if layer in _NAMED_LAYERS:
        return f"loss-plot--{_NAMED_LAYERS[layer]}"
    return "loss-plot--axis" if layer < RAW else f"loss-plot--run-{(layer - RAW - 1) % RUN_COLOURS}"
