"""Joining short samples into rows of one length, so that no computation goes into padding. Nothing is ever lost.

Best fit decreasing (Johnson 1973, https://dspace.mit.edu/handle/1721.1/57819): the longest sample first, each into the
row in which it leaves the least room. Concatenate and cut: one stream of tokens, cut wherever a row is full.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

Packing = Literal["best_fit", "concat", "none"]


@dataclass
class Packed:
    """One training row. ``lengths``: tokens of each sample (or part of one) in it, in order.

    ``images``: absolute paths of its pictures, one for each `IMAGE_TOKEN` in ``input_ids``, in order.
    """

    input_ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PackPlan:
    """Which parts of which samples stand in which row; a row's parts are ``starts[row]`` to ``starts[row + 1]``.

    Args:
        samples: of each part, the number of its sample.
        begins: of each part, its first token within the sample.
        ends: of each part, the token behind its last.
        starts: of each row, the number of its first part; one more than there are rows.
        max_length: room of a row in tokens.
    """

    samples: array[int]
    begins: array[int]
    ends: array[int]
    starts: array[int]
    max_length: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    def parts(self, row: int) -> Iterable[tuple[int, int, int]]:
        """Sample, first token, token behind the last, of every part of a row."""
        some = slice(self.starts[row], self.starts[row + 1])
        return zip(self.samples[some], self.begins[some], self.ends[some], strict=True)

    @property
    def tokens(self) -> int:
        return sum(self.ends) - sum(self.begins)

    @property
    def fill(self) -> float:
        """The share (0–1) of all rows' room that holds tokens."""
        return self.tokens / (len(self) * self.max_length) if len(self) else 0.0


def plan_packs(lengths: Sequence[int], max_length: int, how: Packing = "best_fit", seed: int | None = None) -> PackPlan:
    """Plan the rows; the same arguments give the same plan.

    Args:
        lengths: tokens of each sample, none above ``max_length``.
        how: best fit decreasing, concatenate and cut, or one row a sample.
        seed: draw the order of the samples by it; None keeps it (best fit: that of samples of one length).
    """
    order = array("q", range(len(lengths)))
    if seed is not None and how != "none":
        random.Random(seed).shuffle(order)
    if how == "concat":
        return _cut_stream(lengths, order, max_length)
    rows = _best_fit(lengths, order, max_length) if how == "best_fit" else array("q", order)
    return _whole_samples(lengths, rows, max_length)


def _best_fit(lengths: Sequence[int], order: array[int], max_length: int) -> array[int]:
    """Of each sample, the number of its row.

    The rows are kept by the room they have left; a bit for each amount of room that some row has makes the least
    sufficient one a matter of finding the lowest bit.
    """
    row_of = array("q", bytes(8 * len(lengths)))
    with_room: list[list[int]] = [[] for _room in range(max_length + 1)]
    rooms = 0
    rows = 0
    for sample in _longest_first(lengths, order, max_length):
        length = lengths[sample]
        sufficient = rooms >> length
        if sufficient:
            room = length + (sufficient & -sufficient).bit_length() - 1
            row = with_room[room].pop()
            if not with_room[room]:
                rooms ^= 1 << room
        else:
            room, row = max_length, rows
            rows += 1
        row_of[sample] = row
        left = room - length
        if left:
            with_room[left].append(row)
            rooms |= 1 << left
    return row_of


def _longest_first(lengths: Sequence[int], order: array[int], max_length: int) -> array[int]:
    """The samples in descending length, those of one length in the order given (a counting sort)."""
    return _sorted_by(order, array("q", (max_length - lengths[sample] for sample in order)), max_length + 1)


def _sorted_by(items: array[int], keys: array[int], key_count: int) -> array[int]:
    """Items in ascending key (below ``key_count``); items of one key keep their order."""
    counts = array("q", bytes(8 * (key_count + 1)))
    for key in keys:
        counts[key + 1] += 1
    places = array("q", accumulate(counts))
    ordered = array("q", bytes(8 * len(items)))
    for item, key in zip(items, keys, strict=True):
        ordered[places[key]] = item
        places[key] += 1
    return ordered


def _whole_samples(lengths: Sequence[int], row_of: array[int], max_length: int) -> PackPlan:
    rows = max(row_of, default=-1) + 1
    samples = _sorted_by(array("q", range(len(lengths))), row_of, rows)
    counts = array("q", bytes(8 * (rows + 1)))
    for row in row_of:
        counts[row + 1] += 1
    begins = array("q", bytes(8 * len(samples)))
    ends = array("q", (lengths[sample] for sample in samples))
    return PackPlan(samples, begins, ends, array("q", accumulate(counts)), max_length)


def _cut_stream(lengths: Sequence[int], order: array[int], max_length: int) -> PackPlan:
    samples, begins, ends, starts = array("q"), array("q"), array("q"), array("q", [0])
    room = max_length
    for sample in order:
        begin, length = 0, lengths[sample]
        while begin < length:
            if room == 0:
                starts.append(len(samples))
                room = max_length
            end = min(begin + room, length)
            samples.append(sample)
            begins.append(begin)
            ends.append(end)
            room -= end - begin
            begin = end
    if len(samples) > starts[-1]:
        starts.append(len(samples))
    return PackPlan(samples, begins, ends, starts, max_length)
