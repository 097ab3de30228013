"""From a series' bins to the dot columns of a plot: a fixed amount of work however long the series is."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.jobs.bins import Bin, Series


@dataclass(frozen=True)
class Window:
    """The iterations a plot shows, both ends included."""

    first: int
    last: int

    @property
    def span(self) -> int:
        return self.last - self.first

    def column(self, iteration: float, columns: int) -> int:
        """The dot column of an iteration; outside 0 … columns - 1 if the window does not hold it."""
        return round((iteration - self.first) * (columns - 1) / max(self.span, 1))


@dataclass
class Column:
    """All points that fall on one dot column; ``first`` and ``last`` are iterations."""

    first: int
    last: int
    low: float
    high: float
    total: float
    count: int
    smooth: float

    @property
    def mean(self) -> float:
        return self.total / self.count

    def add(self, last: int, points: Bin) -> None:
        """Take in the next bin."""
        self.last = last
        self.low, self.high = min(self.low, points.low), max(self.high, points.high)
        self.total += points.total
        self.count += points.count
        self.smooth = points.smooth


def columns_of(series: Series, window: Window, columns: int) -> dict[int, Column]:
    """The filled dot columns from left to right; also the nearest one outside on either side, to draw lines to."""
    found: dict[int, Column] = {}
    begin = max((window.first - series.origin) // series.width - 1, 0)
    for index in range(begin, len(series.bins)):
        points = series.bins[index]
        if points is None:
            continue
        first = series.origin + index * series.width
        last = first + series.width - 1
        if series.last is not None:
            last = min(last, max(series.last[0], first))
        column = window.column((first + last) / 2, columns)
        if (known := found.get(column)) is not None:
            known.add(last, points)
        else:
            found[column] = Column(first, last, points.low, points.high, points.total, points.count, points.smooth)
        if column >= columns:
            break
    outside = [column for column in found if column < 0]
    for column in outside[:-1]:
        del found[column]
    return found


def too_coarse(series: Series, window: Window, columns: int) -> bool:
    """Whether the window holds so few bins that reading its steps again would show more."""
    return series.width > 1 and window.span / series.width < columns
