"""Axes with round numbers: bounds that stay put while a curve grows, ticks a person can read."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1, 2, 5, 10)
_LEAST_LOG_VALUE = 1e-12
_LARGEST_VALUE = 1e100
"""Beyond it a run has long failed, and the arithmetic of an axis would overflow."""


@dataclass(frozen=True)
class YAxis:
    """A vertical axis from ``low`` to ``high``; ``log`` axes have positive bounds."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the bottom and 1 at the top; values outside are put on the nearer end."""
        if self.log:
            value = max(value, self.low)
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0)

    def ticks(self, most: int) -> list[float]:
        """Round values within the bounds, at most so many (but at least the two ends of a log axis)."""
        return self._log_ticks(most) if self.log else linear_ticks(self.low, self.high, most)

    def _log_ticks(self, most: int) -> list[float]:
        first, last = math.floor(math.log10(self.low) + 1e-9), math.ceil(math.log10(self.high) - 1e-9)
        for factors in ((1, 2, 5), (1,)):
            ticks = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
            inside = [tick for tick in ticks if self.low * 0.999 <= tick <= self.high * 1.001]
            if len(inside) <= most:
                return inside
        every = math.ceil(len(inside) / max(most, 1))
        return inside[::every]


def fitting_axis(low: float, high: float, *, log: bool) -> YAxis:
    """The axis with round bounds around the values ``low`` to ``high``.

    Rounding outwards to a quarter or so of the range keeps the bounds unchanged while single points arrive, so that
    only the newest columns have to be painted again.
    """
    low, high = (min(max(value, -_LARGEST_VALUE), _LARGEST_VALUE) for value in (low, high))
    if log:
        low, high = max(low, _LEAST_LOG_VALUE), max(high, _LEAST_LOG_VALUE)
        bottom, top = _round_log(low, up=False), _round_log(high, up=True)
        return YAxis(bottom, top if top > bottom else bottom * 10, log=True)
    if high <= low:
        margin = abs(low) * 0.1 or 1.0
        low, high = low - margin, high + margin
    step = tick_step(low, high, 4)
    return YAxis(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)


def _round_log(value: float, *, up: bool) -> float:
    """The nearest of 1, 2, 5 times a power of ten below or above a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    fraction = value / power
    if up:
        return next(step for step in _STEPS if step >= fraction - 1e-9) * power
    return next(step for step in reversed(_STEPS) if step <= fraction + 1e-9) * power


def tick_step(low: float, high: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that divides the range into at most so many parts."""
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step for step in _STEPS if step * power >= rough * (1 - 1e-9)) * power


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """Round values from ``low`` to ``high``, at most ``most`` + 1 of them."""
    step = tick_step(low, high, most)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return [(first + index) * step for index in range(count)]


def tick_text(value: float) -> str:
    """A number in at most 8 characters."""
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
