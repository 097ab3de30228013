"""Which batches a training may have without changing what it learns, from the smallest to the largest. Light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workbench.configs.other_batch import with_batch
from workbench.configs.schema import TrainConfig

_PARTS = 8
"""A length that does not fit as it is, is tried in so many steps."""
_SHORTEST = 8

Tried = TypeVar("Tried")


@dataclass(frozen=True)
class Candidate:
    """Rows of a micro-batch, their most tokens, and the micro-batches of an optimiser step."""

    batch_size: int
    max_length: int
    accumulative_counts: int

    def applied(self, config: TrainConfig) -> TrainConfig:
        """The config with this batch; what counts iterations comes after as many optimiser steps as before."""
        rebatched = with_batch(config, self.batch_size, self.accumulative_counts)
        return rebatched.model_copy(update={"max_length": self.max_length})


def candidates(config: TrainConfig) -> list[Candidate]:
    """Every division of an optimiser step's rows into equal micro-batches; below them, shorter rows one at a time.

    The rows of a step stay the same: ``batch_size × accumulative_counts``. Of shorter rows a step has so many more that
    its tokens stay the same, if samples are packed into them; else what is cut off is lost and the rows stay.
    """
    rows, whole = config.batch_size * config.accumulative_counts, config.max_length
    shorter: list[Candidate] = []
    for part in range(1, _PARTS):
        step = 8 * config.sequence_parallel_size
        length = whole * part // _PARTS // step * step
        if length >= _SHORTEST and (not shorter or length > shorter[-1].max_length):
            more = rows if config.packing == "none" else round(rows * whole / length)
            shorter.append(Candidate(1, length, more))
    divisions = [Candidate(batch, whole, rows // batch) for batch in range(1, rows + 1) if rows % batch == 0]
    return [*shorter, *divisions]


def largest_that_fits(ordered: Sequence[Tried], begin: int, fits: Callable[[Tried], bool]) -> Tried | None:
    """The last of some ascending candidates that fits, found by steps that double from ``begin``, then by halving.

    None if even the first one does not.
    """
    if not ordered:
        return None
    good, bad = -1, len(ordered)
    tried, step = min(max(begin, 0), len(ordered) - 1), 1
    while good + 1 < bad:
        if fits(ordered[tried]):
            good = tried
            tried = tried + step if bad == len(ordered) else (good + bad) // 2
        else:
            bad = tried
            tried = tried - step if good == -1 else (good + bad) // 2
        step *= 2
        tried = min(max(tried, good + 1), bad - 1)
    return ordered[good] if good >= 0 else None
