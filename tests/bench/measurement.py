"""What a measurement is, and what it gives."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Settings:
    """How thoroughly to measure.

    Args:
        seconds: how long to watch what is counted per second.
        rows: of data to turn into tokens.
    """

    runs: int = 5
    seconds: float = 10.0
    rows: int = 100_000


@dataclass(frozen=True)
class Target:
    """What a figure should be; only reported, never enforced."""

    limit: float
    at_least: bool = False

    def is_met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True)
class Figure:
    """One measured value: the median of its samples, unless it says otherwise; without samples it was not measured.

    ``compared``: the same as a ratio to something measured in the same run, which says more than seconds do about
    another machine.
    """

    what: str
    samples: Sequence[float]
    unit: str
    target: Target | None = None
    compared: str = ""
    summary: Callable[[Sequence[float]], float] = statistics.median

    @cached_property
    def value(self) -> float:
        return self.summary(self.samples)


@dataclass(frozen=True)
class Measurement:
    """A named measurement. ``how`` and ``limits`` are two sentences each, for the report."""

    name: str
    title: str
    how: str
    limits: str
    run: Callable[[Settings], list[Figure]]


def p95(samples: Sequence[float]) -> float:
    """The value that 95 of 100 samples do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[-(-len(ordered) * 95 // 100) - 1]


def times(value: float, base: float, of: str) -> str:
    """A ratio in words."""
    return f"{value / base:.1f} × {of}" if base else ""
