"""The curves of a run are exact, whatever became of the run, and open fast however long it is."""

from __future__ import annotations

import json
import math
from itertools import chain
from pathlib import Path

import pytest

from tests.jobs.recorded import BEGAN, step
from workbench.jobs.curve import Curve, Curves, steps_in
from workbench.jobs.events import Event, Sample, Started

MANY = 9_000
"""Steps whose events take more than what is read at once."""


def line(event: Event) -> str:
    return event.model_copy(update={"time": BEGAN}).model_dump_json(exclude_none=True) + "\n"


def steps(numbers: range, offset: float = 0.0) -> str:
    """Events of steps whose loss is their iteration plus an offset."""
    return "".join(line(step(number, loss=number + offset, total=MANY)) for number in numbers)


def resumed(iteration: int) -> str:
    return line(Started(resumed_from_iter=iteration))


def losses(curves: Curves) -> dict[int, float]:
    """Iteration → loss, from curves whose bins hold one iteration."""
    series = curves.series["loss"]
    assert series.width == 1
    assert all(known.count == 1 for known in series.bins if known)
    return {series.origin + place: known.mean for place, known in enumerate(series.bins) if known}


def read_to_the_end(curve: Curve) -> None:
    while curve.read_share < 1.0:
        curve.advance()


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_a_short_run_is_exact_at_once(events: Path) -> None:
    events.write_text(line(Started()) + steps(range(1, 6)))
    curve = Curve.open(events)
    assert curve.is_exact
    assert losses(curve.curves) == {number: float(number) for number in range(1, 6)}
    assert curve.curves.total_iters == MANY
    assert curve.curves.series["lr"].last == (5, 0.5)
    assert curve.curves.series["grad_norm"].last == (5, 2.0)


def test_a_curve_grows_with_its_file(events: Path) -> None:
    curve = Curve.open(events)
    assert losses(curve.curves) == {}
    events.write_text(steps(range(1, 3)) + steps(range(3, 4))[:50])
    assert curve.advance()
    assert losses(curve.curves) == {1: 1.0, 2: 2.0}
    events.write_text(steps(range(1, 4)))
    assert curve.advance()
    assert losses(curve.curves) == {1: 1.0, 2: 2.0, 3: 3.0}
    assert not curve.advance()


def test_a_resumed_run_has_each_step_once(events: Path) -> None:
    events.write_text(
        line(Started())
        + steps(range(1, 51))
        + resumed(40)
        + steps(range(41, 61), offset=0.25)
        + resumed(20)
        + steps(range(21, 31), offset=0.5)
    )
    expected = {number: number + (0.5 if number > 20 else 0.0) for number in range(1, 31)}
    assert losses(Curve.open(events).curves) == expected


def test_a_run_that_is_resumed_while_it_is_watched_has_each_step_once(events: Path) -> None:
    events.write_text(steps(range(1, 51)))
    curve = Curve.open(events)
    with events.open("a") as stream:
        stream.write(resumed(48) + steps(range(49, 52), offset=0.5))
    curve.advance()
    assert losses(curve.curves) == {number: number + (0.5 if number > 48 else 0.0) for number in range(1, 52)}


@pytest.mark.parametrize("window", [(1, 60), (25, 44), (45, 60), (10, 15), (52, 58)])
def test_zooming_into_a_resumed_run_shows_the_steps_that_count(events: Path, window: tuple[int, int]) -> None:
    """Twice resumed: to 40 after 50, to 30 after 60; the steps in between were abandoned."""
    first, second = steps(range(41, 61), offset=0.25), steps(range(31, 61), offset=0.5)
    events.write_text(steps(range(1, 51)) + resumed(40) + first + resumed(30) + second)
    every = {number: number + (0.5 if number > 30 else 0.0) for number in range(1, 61)}
    wanted = {number: loss for number, loss in every.items() if window[0] <= number <= window[1]}
    assert losses(Curve.open(events).zoomed(*window)) == wanted


def test_a_long_run_opens_as_a_sample_and_becomes_exact(events: Path) -> None:
    events.write_text(steps(range(1, MANY + 1)))
    curve = Curve.open(events)
    series = curve.curves.series["loss"]
    assert not curve.is_exact
    assert 1000 < series.count < MANY
    assert series.last == (MANY, float(MANY))
    read_to_the_end(curve)
    assert curve.is_exact
    for series in curve.curves.series.values():
        assert series.count == MANY
    series = curve.curves.series["loss"]
    assert sum(known.total for known in series.bins if known) == sum(range(1, MANY + 1))
    assert min(known.low for known in series.bins if known) == 1.0
    assert series.last == (MANY, float(MANY))


def test_a_window_of_a_long_run_shows_every_step_of_it(events: Path) -> None:
    events.write_text(steps(range(1, MANY + 1)) + resumed(MANY - 100) + steps(range(MANY - 99, MANY + 1), offset=0.5))
    curve = Curve.open(events)
    read_to_the_end(curve)
    for first in (1, MANY // 2, MANY - 150):
        offsets = {number: 0.5 if number > MANY - 100 else 0.0 for number in range(first, first + 151)}
        wanted = {number: number + offset for number, offset in offsets.items() if number <= MANY}
        assert losses(curve.zoomed(first, first + 150)) == wanted


def test_a_replaced_file_begins_a_new_curve(events: Path) -> None:
    events.write_text(steps(range(1, 51)) + resumed(40) + steps(range(41, 45)))
    curve = Curve.open(events)
    events.write_text(steps(range(1, 3)))
    curve.advance()
    assert losses(curve.curves) == losses(curve.zoomed(1, 50)) == {1: 1.0, 2: 2.0}


def test_a_torn_line_in_the_middle_costs_one_step(events: Path) -> None:
    events.write_text(steps(range(1, 3)) + steps(range(3, 4))[:60] + "\n" + steps(range(4, 6)))
    assert set(losses(Curve.open(events).curves)) == {1, 2, 4, 5}


def test_keys_in_any_order_are_read() -> None:
    event = {"loss": 2.5, "lr": 0.1, "iter": 7, "total_iters": 9, "time": 1, "event": "step"}
    written = [json.dumps(event), steps(range(8, 9)).strip(), json.dumps({"event": "step", "iter": 9})]
    assert list(steps_in("\n".join(written).encode())) == [(7, 9, 2.5, 0.1, None), (8, MANY, 8.0, 0.5, 2.0)]


def test_a_diverged_loss_is_kept_apart(events: Path) -> None:
    events.write_text("".join(chain(steps(range(1, 3)), line(step(3, loss=math.nan)))))
    series = Curve.open(events).curves.series["loss"]
    assert (series.count, series.not_finite) == (2, 1)


def test_text_that_looks_like_an_event_is_only_text(events: Path) -> None:
    talk = Sample(iter=2, prompt='{"event":"step","iter":9,"resumed_from_iter":1}', output='"resumed_from_iter":1')
    events.write_text(steps(range(1, 3)) + line(talk))
    assert losses(Curve.open(events).curves) == {1: 1.0, 2: 2.0}
