"""A series of any length in a fixed number of bins."""

from __future__ import annotations

import math
import random

import pytest

from workbench.jobs.bins import BIN_COUNT, Bin, Series


def series_of(values: list[float]) -> Series:
    """The values at iterations 0, 1, 2 …"""
    series = Series()
    for iteration, value in enumerate(values):
        series.add(iteration, value)
    return series


def bin_at(series: Series, iteration: int) -> Bin:
    known = series.bins[(iteration - series.origin) // series.width]
    assert known is not None
    return known


def test_a_short_series_has_a_bin_for_each_point() -> None:
    series = series_of([3.0, 1.0, 2.0])
    assert series.width == 1
    assert [known.mean for known in series.bins if known] == [3.0, 1.0, 2.0]
    assert (series.count, series.last) == (3, (2, 2.0))


@pytest.mark.parametrize("count", [BIN_COUNT, BIN_COUNT + 1, 10 * BIN_COUNT + 7])
def test_no_point_is_lost_however_long_the_series(count: int) -> None:
    draw = random.Random(0)
    values = [draw.random() for _point in range(count)]
    series = series_of(values)
    assert len(series.bins) <= BIN_COUNT
    assert series.count == count
    for index, known in enumerate(series.bins):
        own = values[index * series.width : (index + 1) * series.width]
        assert known is not None
        assert (known.low, known.high, known.count) == (min(own), max(own), len(own))
        assert known.mean == pytest.approx(sum(own) / len(own))


def test_a_spike_stays_visible() -> None:
    values = [1.0] * (20 * BIN_COUNT)
    values[12_345] = 99.0
    assert bin_at(series_of(values), 12_345).high == 99.0


def test_gaps_stay_gaps() -> None:
    series = Series()
    series.add(10, 1.0)
    series.add(14, 2.0)
    assert [known is not None for known in series.bins] == [*[False] * 10, True, False, False, False, True]


def test_a_zoomed_series_begins_at_its_origin() -> None:
    series = Series(origin=100)
    for iteration in (99, 100, 103):
        series.add(iteration, float(iteration))
    assert [known.mean if known else None for known in series.bins] == [100.0, None, None, 103.0]


def test_the_smoothed_line_begins_at_the_first_value_and_follows_slowly() -> None:
    series = series_of([4.0, 4.0, 0.0])
    assert bin_at(series, 1).smooth == pytest.approx(4.0)
    assert 2.0 < bin_at(series, 2).smooth < 4.0


def test_values_that_are_no_numbers_are_counted_apart() -> None:
    series = series_of([1.0, math.nan, math.inf, 2.0])
    assert (series.count, series.not_finite) == (2, 2)
    assert series.last == (3, 2.0)


def test_what_came_after_a_resume_is_forgotten() -> None:
    """The series is then what it would be if the rest had never been."""
    series, expected = series_of([5.0, 4.0, 3.0, 900.0, 900.0]), series_of([5.0, 4.0, 3.0])
    series.forget_after(2)
    assert series.bins == expected.bins
    for one in (series, expected):
        one.add(3, 2.0)
    assert bin_at(series, 3).smooth == pytest.approx(bin_at(expected, 3).smooth)
    assert series.last == expected.last


def test_everything_can_be_forgotten() -> None:
    series = Series()
    series.add(1, 700.0)
    series.forget_after(0)
    series.add(1, 3.0)
    assert (series.count, bin_at(series, 1).smooth) == (1, 3.0)
