"""A series of any length in a fixed number of bins, so that drawing it costs the same after ten points or a million."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

BIN_COUNT = 2048
_SMOOTHING = 0.95
"""Weight of the past in the smoothed line, per point."""


@dataclass
class Bin:
    """All points of a stretch of iterations: extremes (spikes stay visible), mean, and the smoothed value at its end."""

    low: float
    high: float
    total: float
    count: int
    smooth: float

    @property
    def mean(self) -> float:
        return self.total / self.count


@dataclass
class Series:
    """Points ``(iteration, value)`` in at most `BIN_COUNT` bins of ``width`` iterations; the width doubles as needed.

    ``origin`` is the iteration at which the first bin begins. ``not_finite`` counts NaN and infinite values, which
    are in no bin.
    """

    origin: int = 0
    width: int = 1
    bins: list[Bin | None] = field(default_factory=list)
    last: tuple[int, float] | None = None
    not_finite: int = 0
    _average: float = 0.0
    _weight: float = 0.0

    def add(self, iteration: int, value: float) -> None:
        """Add the next point."""
        if not math.isfinite(value):
            self.not_finite += 1
            return
        smooth = self._smoothed(value)
        index = (iteration - self.origin) // self.width
        while index >= BIN_COUNT:
            self._double_width()
            index = (iteration - self.origin) // self.width
        if index < 0:
            return
        bins = self.bins
        if index >= len(bins):
            bins.extend([None] * (index + 1 - len(bins)))
        known = bins[index]
        if known is None:
            bins[index] = Bin(value, value, value, 1, smooth)
        else:
            known.low = min(known.low, value)
            known.high = max(known.high, value)
            known.total += value
            known.count += 1
            known.smooth = smooth
        self.last = (iteration, value)

    def _smoothed(self, value: float) -> float:
        """Exponential moving average with the start's bias removed (as in Adam's moments, arXiv:1412.6980)."""
        self._average = _SMOOTHING * self._average + (1 - _SMOOTHING) * value
        self._weight = _SMOOTHING * self._weight + (1 - _SMOOTHING)
        return self._average / self._weight

    def _double_width(self) -> None:
        padded = [*self.bins, *([None] * (len(self.bins) % 2))]
        self.bins = [_join(padded[i], padded[i + 1]) for i in range(0, len(padded), 2)]
        self.width *= 2

    def forget_after(self, iteration: int) -> None:
        """Drop what came after an iteration: a resumed run repeats it. The bin it falls into stays."""
        del self.bins[(iteration - self.origin) // self.width + 1 :]
        if self.last and self.last[0] > iteration:
            self.last = None
        left = next((known for known in reversed(self.bins) if known), None)
        self._weight = 1 - _SMOOTHING**self.count
        self._average = left.smooth * self._weight if left else 0.0

    @property
    def count(self) -> int:
        """How many points there are."""
        return sum(known.count for known in self.bins if known)


def _join(left: Bin | None, right: Bin | None) -> Bin | None:
    if left is None or right is None:
        return left or right
    return Bin(
        min(left.low, right.low),
        max(left.high, right.high),
        left.total + right.total,
        left.count + right.count,
        right.smooth,
    )
