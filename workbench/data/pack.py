"""Joining short samples into sequences of one length, so that no computation goes into padding."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.data.encode import Encoded


@dataclass
class Packed:
    """One training row. ``lengths``: tokens of each sample (or part of one) in it, in order."""

    input_ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)


def pack(samples: Sequence[Encoded], max_length: int, *, shuffle: bool, seed: int, split: bool = True) -> list[Packed]:
    """Join samples into rows of at most ``max_length`` tokens. Nothing is lost: what is left makes a last, shorter row.

    Args:
        shuffle: draw the order by ``seed`` first.
        split: cut a sample that does not fit into the rest of a row and go on with it in the next (full rows, as
            XTuner packs); otherwise begin a new row for it (whole samples, for attention kept within a sample).
    """
    order = list(samples)
    if shuffle:
        random.Random(seed).shuffle(order)
    rows: list[Packed] = []
    row = Packed()
    for sample in order:
        ids, labels = sample.input_ids, sample.labels
        while ids:
            room = max_length - len(row.input_ids)
            if room == 0 or (not split and room < len(ids) and row.input_ids):
                rows.append(row)
                row = Packed()
                continue
            row.input_ids += ids[:room]
            row.labels += labels[:room]
            row.lengths.append(min(room, len(ids)))
            ids, labels = ids[room:], labels[room:]
    if row.input_ids:
        rows.append(row)
    return rows


def unpacked(samples: Sequence[Encoded]) -> list[Packed]:
    """One row a sample."""
    return [Packed(sample.input_ids, sample.labels, [len(sample.input_ids)]) for sample in samples]
