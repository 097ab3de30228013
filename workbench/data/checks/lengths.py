"""How long the rows are in tokens, how full the packs will be, and how many steps follow."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field, replace

from workbench.configs.estimate import estimate_steps
from workbench.configs.preference_settings import PAIR_STAGES
from workbench.configs.schema import TrainConfig
from workbench.data.checks.measure import Measure
from workbench.data.pack import Packing, plan_packs

_FIRST_BUCKET = 32


@dataclass(frozen=True)
class Bucket:
    """So many rows have from ``least`` to ``most`` tokens."""

    least: int
    most: int
    rows: int


@dataclass(frozen=True)
class PackFigures:
    """What training makes of the rows. ``fill``: the share (0–1) of the packs' room that holds tokens.

    ``max_length``: the room of one; ``steps``: optimiser steps of the whole training on ``devices``, those of all
    machines together; None without a config.
    """

    packs: int
    max_length: int
    how: Packing
    fill: float
    devices: int = 1
    epochs: int = 0
    steps: int | None = None


@dataclass
class Lengths:
    """Token counts of the rows that are kept; memory for each different one.

    Args:
        rows: how many rows have so many tokens, before anything is cut; of a pair the longer answer's count.
        tokens: what is left of them in all, ``trained`` of it with loss; of pairs, of both answers.
        cut: tokens beyond ``max_length``, which are not trained.
        samples: tokens of each sample after cutting, 4 bytes each; a pair is one, with both answers.
        pairs: how many rows are two answers that are compared.
    """

    rows: Counter[int] = field(default_factory=Counter)
    tokens: int = 0
    trained: int = 0
    cut: int = 0
    samples: array[int] = field(default_factory=lambda: array("I"))
    pairs: int = 0

    @property
    def longest(self) -> int:
        return max(self.rows, default=0)

    def share_below(self, share: float) -> int:
        """The length that a share (0–1) of the rows does not exceed."""
        wanted = share * self.rows.total()
        seen = 0
        for length in sorted(self.rows):
            seen += self.rows[length]
            if seen >= wanted:
                return length
        return 0

    def histogram(self) -> list[Bucket]:
        """Rows by length, each bucket twice as wide as the one before, none beyond the longest row."""
        buckets = []
        least, most = 0, _FIRST_BUCKET
        while least <= self.longest:
            rows = sum(count for length, count in self.rows.items() if least <= length <= most)
            buckets.append(Bucket(least, most, rows))
            least, most = most + 1, 2 * most
        first = next((number for number, bucket in enumerate(buckets) if bucket.rows), 0)
        return buckets[first:]


def pack_figures(lengths: Lengths, measure: Measure, processes: int) -> PackFigures:
    """Plan the packs, and with a config count the steps of so many processes that train together."""
    config = measure.config
    room = 2 * measure.max_length if compares(config) else measure.max_length
    plan = plan_packs(lengths.samples, room, measure.packing)
    packs = len(plan)
    figures = PackFigures(packs, room, measure.packing, plan.fill)
    if config is None or not packs:
        return figures
    rows = _drawn(packs, lengths.rows.total(), config.max_dataset_length)
    steps = estimate_steps(config, rows=rows, devices=processes).steps
    return replace(figures, devices=processes, epochs=config.max_epochs, steps=steps)


def compares(config: TrainConfig | None) -> bool:
    """Whether the training compares the two answers of pairs, so that both are read."""
    return config is not None and config.stage in PAIR_STAGES


def _drawn(packs: int, rows: int, most_rows: int | None) -> int:
    """About how many packs there are if only some of the rows are drawn."""
    return packs if most_rows is None or most_rows >= rows else max(round(packs * most_rows / rows), 1)
