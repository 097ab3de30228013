"""The loss plot: what is drawn is what was measured, and one more step changes few cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region

from workbench.jobs.curve import Curves
from workbench.jobs.events import Validation
from workbench.ui.widgets.axes import fitting_axis, linear_ticks, tick_text
from workbench.ui.widgets.braille import BrailleCanvas
from workbench.ui.widgets.loss_plot import LossPlot
from workbench.ui.widgets.plot_columns import Window
from workbench.ui.widgets.plot_drawing import Drawing, PlotRun, draw
from workbench.ui.widgets.plot_rows import LABEL_WIDTH, OVERFITTED, RUN, VALIDATION, PlotRow

WIDTH, HEIGHT = 80, 20


def run(losses: list[float], total: int | None = None, name: str = "run", first: int = 1) -> PlotRun:
    curves = Curves()
    for iteration, loss in enumerate(losses, start=first):
        curves.add((iteration, total or first + len(losses) - 1, loss, 1e-3, 0.5))
    return PlotRun(name, curves)


@dataclass
class State:
    """What there is to draw, without a widget."""

    runs: list[PlotRun]
    series: str = "loss"
    log_scale: bool = False
    window: Window | None = None
    cursor: int | None = None
    empty_text: str = "Nothing yet."
    title: str = field(default="loss")

    @property
    def shown(self) -> Window:
        return self.window or Window(0, max((run.last_iteration for run in self.runs), default=0) or 1)


def picture(*runs: PlotRun, width: int = WIDTH, height: int = HEIGHT, **state: object) -> Drawing:
    return draw(State(list(runs), **state), width, height)  # type: ignore[arg-type]


def text(row: PlotRow) -> str:
    return "".join(piece for piece, _layer in row.pieces)


def lines(drawing: Drawing) -> list[str]:
    return [text(row) for row in drawing.rows]


def curve_cells(drawing: Drawing) -> list[str]:
    """The part of the picture within the axes."""
    return [line[LABEL_WIDTH + 1 :] for line in lines(drawing)[1:-2]]


def has_dots(line: str) -> bool:
    return any("\u2800" < char <= "\u28ff" for char in line)


def falling(count: int, total: int | None = None) -> PlotRun:
    return run([4 * math.exp(-iteration / (count / 3)) + 0.5 for iteration in range(count)], total)


# -- the picture


@pytest.mark.parametrize("size", [(80, 20), (40, 8), (200, 50), (15, 4)], ids=str)
@pytest.mark.parametrize("count", [0, 1, 2, 1000, 5000])
def test_the_picture_fills_its_size_exactly(size: tuple[int, int], count: int) -> None:
    drawing = picture(falling(count) if count else run([]), width=size[0], height=size[1])
    assert [cell_len(line) for line in lines(drawing)] == [size[0]] * size[1]


@pytest.mark.parametrize("size", [(0, 0), (5, 2), (13, 3)], ids=str)
def test_too_small_a_size_is_no_error(size: tuple[int, int]) -> None:
    assert len(picture(falling(10), width=size[0], height=size[1]).rows) == 1


def test_a_falling_loss_falls_from_the_upper_left_to_the_lower_right() -> None:
    cells = curve_cells(picture(falling(1000)))
    top = next(line for line in cells if has_dots(line))
    bottom = next(line for line in reversed(cells) if has_dots(line))
    assert len(top) - len(top.lstrip()) < 10
    assert len(bottom.rstrip()) > 60


def test_axes_have_round_numbers_at_equal_distances() -> None:
    drawing = picture(falling(1000))
    labels = [float(line[: LABEL_WIDTH - 1]) for line in lines(drawing)[1:-2] if line[: LABEL_WIDTH - 1].strip()]
    assert labels == [4, 2, 0]
    assert lines(drawing)[-1].split() == ["iteration", "0", "200", "400", "600", "800", "1000"]


def test_a_value_stands_beside_its_number() -> None:
    drawing = picture(run([2.0] * 50 + [4.0] * 50), height=24)
    beside = {line[: LABEL_WIDTH - 1].strip(): line[LABEL_WIDTH + 1 :] for line in lines(drawing)[1:-2]}
    assert has_dots(beside["2"][:20])
    assert has_dots(beside["4"][-20:])
    assert not has_dots(beside["3"][:20])


def test_one_point_is_seen_and_read() -> None:
    drawing = picture(run([2.5], total=100))
    assert sum(map(has_dots, curve_cells(drawing))) == 1
    assert [reading.iteration for reading in drawing.readings] == [1]


def test_a_constant_loss_is_one_level_line() -> None:
    drawing = picture(run([2.0] * 200))
    assert sum(map(has_dots, curve_cells(drawing))) == 1


def test_no_point_says_what_it_waits_for() -> None:
    assert any("Nothing yet." in line for line in lines(picture(run([], total=100))))


def test_a_spike_among_thousands_of_steps_stays_visible() -> None:
    losses = [1.0] * 5000
    losses[2500] = 9.0
    drawing = picture(run(losses))
    spiked = [index for index, line in enumerate(curve_cells(drawing)) if has_dots(line)]
    assert min(spiked) < 4


def test_values_that_are_not_finite_are_left_out_and_counted() -> None:
    losses = [3.0, math.nan, 2.0, math.inf, 1.0, -math.inf]
    drawing = picture(run(losses))
    assert "! 3 values are not finite" in lines(drawing)[0]
    assert {reading.iteration for reading in drawing.readings} == {1, 3, 5}


def test_only_values_that_are_not_finite_are_no_error() -> None:
    assert len(picture(run([math.nan] * 50)).rows) == HEIGHT


@pytest.mark.parametrize(
    "losses", [[0.0, 0.0], [-1.0, -2.0], [1e-30, 1e30], [1e308, -1e308], [5e-324, 1.0], [0.0, 1.0]], ids=str
)
@pytest.mark.parametrize("log", [False, True])
def test_extreme_values_are_no_error(losses: list[float], log: bool) -> None:
    assert len(picture(run(losses), log_scale=log).rows) == HEIGHT


def test_a_logarithmic_axis_gives_each_power_of_ten_the_same_room() -> None:
    drawing = picture(run([1000.0, 100.0, 10.0, 1.0] * 10), log_scale=True, height=27)
    at = {line[: LABEL_WIDTH - 1].strip(): index for index, line in enumerate(lines(drawing))}
    distances = [at[one] - at[other] for one, other in (("100", "1000"), ("10", "100"), ("1", "10"))]
    assert max(distances) - min(distances) <= 1
    assert min(distances) > 3


def test_a_plan_keeps_room_for_what_is_still_to_come() -> None:
    half = curve_cells(picture(falling(500, total=1000)))
    assert max(len(line.rstrip()) for line in half if has_dots(line)) <= len(half[0]) // 2 + 2


# -- windows and readings


def test_a_window_shows_its_own_iterations_only() -> None:
    drawing = picture(falling(1000), window=Window(400, 500))
    numbers = [int(number) for number in lines(drawing)[-1].split()[1:]]
    assert numbers[0] >= 400
    assert numbers[-1] <= 500
    assert {400 <= reading.iteration <= 500 for reading in drawing.readings} == {True}


def test_a_reading_says_the_value_that_was_measured() -> None:
    drawing = picture(run([3.0, 2.5, 2.25, 2.0]), cursor=3)
    assert "iteration 3" in lines(drawing)[0]
    assert "2.25" in lines(drawing)[0]
    assert any("│" in line for line in curve_cells(drawing))


def test_several_steps_in_one_cell_are_read_as_a_range() -> None:
    drawing = picture(run([1.0, 3.0] * 2000), cursor=100)
    assert "1 … 3" in lines(drawing)[0]


def test_a_long_run_seen_closely_asks_for_its_steps() -> None:
    assert not picture(falling(5000)).coarse
    assert picture(falling(50_000), window=Window(10_000, 10_050)).coarse


def test_each_of_several_runs_is_named_by_a_letter_where_its_line_ends() -> None:
    drawing = picture(run([3.0] * 50, name="one"), run([1.0] * 50, name="two"))
    assert "A one" in lines(drawing)[0]
    assert "B two" in lines(drawing)[0]
    drawn = "".join(curve_cells(drawing))
    assert drawn.index("A") < drawn.index("B"), "the higher loss stands higher"


def test_chinese_names_do_not_push_the_picture_out_of_its_frame() -> None:
    drawing = picture(run([3.0] * 50, name="一个很长很长的名字" * 6), run([1.0] * 50, name="另一个"))
    assert {cell_len(line) for line in lines(drawing)} == {WIDTH}


# -- one more step


@pytest.mark.parametrize("steps", [50, 500, 900])
def test_one_more_step_changes_few_cells(steps: int) -> None:
    values = [4 * math.exp(-iteration / 300) + 0.5 for iteration in range(1000)]
    before, after = picture(run(values[:steps], 1000)), picture(run(values[: steps + 1], 1000))
    spans = [new.difference(old) for old, new in zip(before.rows, after.rows, strict=True)]
    assert sum(span[1] - span[0] for span in spans if span) <= 6


def test_over_a_whole_run_a_step_changes_few_cells_on_average() -> None:
    """Also counted are the moments in which an axis moves or the curve's bins are joined."""
    values = [4 * math.exp(-iteration / 300) + 0.5 + 0.2 * math.sin(iteration) for iteration in range(1000)]
    curves = Curves()
    changed, old = 0, None
    for iteration, value in enumerate(values, start=1):
        curves.add((iteration, 1000, value, 1e-3, 0.5))
        new = picture(PlotRun("run", curves))
        if old is not None:
            spans = [one.difference(other) for one, other in zip(new.rows, old.rows, strict=True)]
            changed += sum(span[1] - span[0] for span in spans if span)
        old = new
    assert changed / len(values) < 25


class PlotApp(App[None]):
    def compose(self) -> ComposeResult:
        yield LossPlot()


async def test_the_widget_paints_only_what_changed_and_nothing_if_nothing_did(monkeypatch: pytest.MonkeyPatch) -> None:
    async with PlotApp().run_test(size=(WIDTH, HEIGHT)) as pilot:
        plot = pilot.app.query_one(LossPlot)
        plot.show([falling(500, total=1000)])
        painted: list[Region] = []
        monkeypatch.setattr(plot, "refresh", lambda *regions, **_options: painted.extend(regions or [plot.region]))
        plot.redraw()
        assert painted == []
        plot.runs[0].curves.add((501, 1000, 1.0, 1e-3, 0.5))
        plot.redraw()
        assert 0 < sum(region.area for region in painted) < 100


# -- axes and dots


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.31, 4.2, (0, 5)), (2.0, 2.0, (1.8, 2.2)), (0, 0, (-1, 1)), (-3, 7, (-5, 10))]
)
def test_bounds_are_round(low: float, high: float, expected: tuple[float, float]) -> None:
    axis = fitting_axis(low, high, log=False)
    assert (axis.low, axis.high) == pytest.approx(expected)


def test_bounds_stay_where_they_are_while_points_arrive() -> None:
    bounds = {(axis.low, axis.high) for low in range(60, 99) if (axis := fitting_axis(low / 100, 4.2, log=False))}
    assert len(bounds) == 1


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (1234.5, "1234"), (0.00015, "1.5e-4"), (2e6, "2e6"), (-1e-9, "-1e-9")]
)
def test_numbers_fit_their_column(value: float, shown: str) -> None:
    assert tick_text(value) == shown
    assert len(shown) < LABEL_WIDTH


def test_ticks_are_never_more_than_asked_for() -> None:
    for most in range(1, 12):
        assert len(linear_ticks(0.37, 91.2, most)) <= most + 1


def test_a_steep_line_has_no_gaps() -> None:
    canvas = BrailleCanvas(2, 8)
    canvas.line((0, 31), (3, 0), layer=1)
    for y in range(canvas.height):
        dots = 0
        for char in canvas.row_text(y).replace(" ", "\u2800"):
            dots |= ord(char) - 0x2800
        assert all(dots & left or dots & right for left, right in ((1, 8), (2, 16), (4, 32), (64, 128)))


# -- validation


def validated(losses: list[float], trained: list[float] | None = None) -> PlotRun:
    """A falling run of 60 iterations with a validation every 10."""
    shown = falling(60)
    trained = trained or [4.0 - place / 10 for place in range(len(losses))]
    shown.validation = [
        Validation(iter=10 * place, step=place, loss=loss, tokens=9, train_loss=train)
        for place, (loss, train) in enumerate(zip(losses, trained, strict=True))
    ]
    return shown


def painted(drawing: Drawing, layer: int) -> str:
    """What is drawn in a layer within the axes."""
    return "".join(piece for row in drawing.rows[1:-2] for piece, painted in row.pieces if painted == layer)


def test_validation_has_marks_a_paint_and_a_legend_of_its_own() -> None:
    drawing = picture(validated([4.0, 3.0, 2.0, 1.5, 1.6]))
    cells = "".join(curve_cells(drawing))
    assert (cells.count("◆"), cells.count("▼"), cells.count("✕")) == (4, 1, 0)
    assert has_dots(painted(drawing, VALIDATION))
    assert "◆ validation" in lines(drawing)[0]
    assert "▼ lowest 1.5000 at 30" in lines(drawing)[0]
    assert len(lines(drawing)[0].rstrip()) < WIDTH


def test_over_fitting_is_seen_on_the_plot() -> None:
    drawing = picture(validated([4.0, 2.0, 2.2, 2.4, 2.6, 2.8]))
    cells = "".join(curve_cells(drawing))
    assert (cells.count("◆"), cells.count("▼"), cells.count("✕")) == (1, 1, 4)
    assert has_dots(painted(drawing, OVERFITTED))
    assert "✕ over-fitting since 10" in lines(drawing)[0]


def test_a_validation_above_the_curve_is_on_the_plot() -> None:
    drawing = picture(validated([9.0, 8.0]))
    assert "".join(curve_cells(drawing)).count("◆") == 1
    assert max(float(line[:LABEL_WIDTH]) for line in lines(drawing)[1:-2] if line[:LABEL_WIDTH].strip()) >= 9


def test_other_series_are_not_validated() -> None:
    drawing = picture(validated([4.0, 3.0]), series="lr")
    assert "validation" not in lines(drawing)[0]
    assert not painted(drawing, VALIDATION)


def test_the_cursor_reads_the_validation_under_it() -> None:
    assert "◆ 3.25" in lines(picture(validated([4.0, 3.25, 2.0]), cursor=10))[0]


def test_each_of_several_runs_has_its_validation_in_its_own_paint() -> None:
    drawing = picture(validated([4.0, 3.0, 3.5]), validated([3.0, 2.0, 2.5]))
    assert "◆" in painted(drawing, RUN) and "◆" in painted(drawing, RUN + 1)
    assert "◆ validation" in lines(drawing)[0]
