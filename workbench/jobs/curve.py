"""The curves of a training job, read from its events: at once as a sample, then exactly, then live.

A run of a million steps has some 200 MB of events. Opening it looks at blocks spread evenly over the file, which takes
the same time whatever the length; `Curve.advance` then reads everything in slices short enough not to be felt.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from workbench.jobs.bins import Series

SERIES = ("loss", "lr", "grad_norm")
_EXACT_AT_ONCE = 1 << 20
"""Bytes of events read exactly when a curve is opened."""
_SAMPLE_BLOCKS = 512
_SAMPLE_BYTES = 2048
_SLICE_BYTES = 1 << 17
_STEP = re.compile(
    rb'"event":"step","iter":(\d+),"total_iters":(\d+),"step":\d+,"total_steps":\d+,'
    rb'"loss":"?([^,"}]+)"?,"lr":"?([^,"}]+)"?(?:,"grad_norm":"?([^,"}]+)"?)?'
)
_IS_STEP = re.compile(rb'"event": ?"step"')
_RESUMED = re.compile(rb'"resumed_from_iter": ?(\d+)')

Point = tuple[int, int, float, float, float | None]
"""Iteration, total iterations, loss, learning rate, gradient norm."""


@dataclass
class Curves:
    """The series of one run."""

    series: dict[str, Series] = field(default_factory=lambda: {name: Series() for name in SERIES})
    total_iters: int = 0

    def add(self, point: Point) -> None:
        """Add one step."""
        iteration, self.total_iters, loss, lr, grad_norm = point
        self.series["loss"].add(iteration, loss)
        self.series["lr"].add(iteration, lr)
        if grad_norm is not None:
            self.series["grad_norm"].add(iteration, grad_norm)

    def forget_after(self, iteration: int) -> None:
        """Drop what a resumed run repeats."""
        for series in self.series.values():
            series.forget_after(iteration)


class Curve:
    """The curves of one job as they grow."""

    def __init__(self, events_path: Path) -> None:
        self._path = events_path
        self._exact = Curves()
        self._offset = 0
        self._resumes: list[tuple[int, int]] = []  # byte offset of each resume, and the iteration it goes on from
        self._preview: Curves | None = None

    @classmethod
    def open(cls, events_path: Path) -> Curve:
        """Read a short history exactly, a long one as an even sample of its steps."""
        curve = cls(events_path)
        if curve._size() <= _EXACT_AT_ONCE:
            curve.advance(budget_s=1.0)
        else:
            curve._preview = _sample(events_path)
        return curve

    @property
    def curves(self) -> Curves:
        """What to draw now."""
        return self._preview or self._exact

    @property
    def is_exact(self) -> bool:
        """Whether every event so far is in the curves."""
        return self._preview is None

    @property
    def read_share(self) -> float:
        """How much of the file was read exactly, 0–1."""
        size = self._size()
        return self._offset / size if size else 1.0

    def advance(self, budget_s: float = 0.02) -> bool:
        """Read on for about so many seconds; True if what is drawn may have changed."""
        deadline = time.perf_counter() + budget_s
        changed = False
        if self._size() < self._offset:
            self._exact, self._offset, self._preview = Curves(), 0, None  # the file was replaced: begin again
            self._resumes.clear()
        while lines := self._next_lines():
            self._take(lines)
            changed = True
            if time.perf_counter() > deadline:
                break
        if self._preview is not None and self._offset >= self._size() - _SLICE_BYTES:
            self._preview, changed = None, True
        return changed and self._preview is None

    def _take(self, lines: bytes) -> None:
        """Fold in a slice; at a resume, forget what it repeats."""
        begin, offset = 0, self._offset - len(lines)
        for resumed in _RESUMED.finditer(lines):
            for point in steps_in(lines[begin : resumed.start()]):
                self._exact.add(point)
            self._exact.forget_after(int(resumed[1]))
            self._resumes.append((offset + resumed.start(), int(resumed[1])))
            begin = resumed.end()
        for point in steps_in(lines[begin:]):
            self._exact.add(point)

    def _next_lines(self) -> bytes:
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                data = stream.read(_SLICE_BYTES)
        except OSError:
            return b""
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def zoomed(self, first: int, last: int) -> Curves:
        """The steps between two iterations in bins of their own, read again from the file (found by bisection)."""
        curves = Curves({name: Series(origin=first) for name in SERIES})
        offsets = [offset for offset, _iteration in self._resumes]
        for number, span in enumerate(pairwise([0, *offsets, self._size()])):
            kept = min((iteration for _offset, iteration in self._resumes[number:]), default=last)
            for point in _steps_between(self._path, span, first, min(last, kept)):
                curves.add(point)
        return curves


def steps_in(lines: bytes) -> Iterator[Point]:
    """The steps among some lines of events, several times faster than parsing each line."""
    found = _STEP.findall(lines)
    if len(found) == len(_IS_STEP.findall(lines)):
        for iteration, total, loss, lr, grad_norm in found:
            yield int(iteration), int(total), float(loss), float(lr), float(grad_norm) if grad_norm else None
        return
    for line in lines.splitlines():  # keys in another order: some other writer's file
        if _IS_STEP.search(line) and (point := _point_of(line)):
            yield point


def _point_of(line: bytes) -> Point | None:
    try:
        step = json.loads(line)
        norm = step.get("grad_norm")
        return (
            int(step["iter"]),
            int(step.get("total_iters", 0)),
            float(step["loss"]),
            float(step["lr"]),
            None if norm is None else float(norm),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _sample(path: Path) -> Curves:
    """Whole lines out of blocks spread evenly over a file, its end included."""
    curves = Curves()
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        for number in range(_SAMPLE_BLOCKS + 1):
            stream.seek(max(0, (size - _SAMPLE_BYTES) * number // _SAMPLE_BLOCKS))
            block = stream.read(_SAMPLE_BYTES)
            for point in steps_in(block[block.find(b"\n") + 1 : block.rfind(b"\n") + 1]):
                curves.add(point)
    return curves


def _steps_between(path: Path, span: tuple[int, int], first: int, last: int) -> Iterator[Point]:
    """The steps of some iterations in a stretch of the file in which iterations only grow."""
    try:
        with path.open("rb") as stream:
            stream.seek(_offset_before(stream, span, first))
            while data := stream.read(max(0, min(_SLICE_BYTES, span[1] - stream.tell()))):
                data += stream.readline()
                for point in steps_in(data):
                    if point[0] > last:
                        return
                    if point[0] >= first:
                        yield point
    except OSError:
        return


def _offset_before(stream: BinaryIO, span: tuple[int, int], iteration: int) -> int:
    """The start of a line at or before the first step of an iteration, by bisection over a stretch of the file."""
    low, high = span
    while high - low > _SLICE_BYTES:
        middle = (low + high) // 2
        stream.seek(middle)
        stream.readline()
        line_start = stream.tell()
        here = next(steps_in(stream.read(_SAMPLE_BYTES).rsplit(b"\n", 1)[0]), None)
        if here is None or here[0] >= iteration:
            high = middle
        else:
            low = line_start
    return low
