"""Pairs of a better and a worse answer: rows by their number, and a batch of some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from workbench.data.pack import Packed
from workbench.data.training_set import TrainingRows
from workbench.training.batches import Batches
from workbench.training.collate import Collator

REFERENCE = "reference"
"""Key of the reference log-probabilities in a batch: float32 ``[pairs, 2]``, chosen and rejected."""


class Pair(NamedTuple):
    """Both answers with their prompts; ``reference``: float32 ``[2]``, or None if there is none."""

    chosen: Packed
    rejected: Packed
    reference: torch.Tensor | None


class PairRows:
    """Pairs by their number.

    Args:
        rows: each holds the chosen and then the rejected sample.
    """

    def __init__(self, rows: TrainingRows) -> None:
        self.rows = rows
        self.reference: torch.Tensor | None = None
        """Log-probabilities of the answers before training, float32 ``[pairs, 2]``, once they are known.

        By the rows' own numbers, so that a row that stands for one that is left out keeps its own.
        """

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> Pair:
        row = self.rows[number]
        border = row.lengths[0]
        return Pair(
            Packed(row.input_ids[:border], row.labels[:border], [border]),
            Packed(row.input_ids[border:], row.labels[border:], row.lengths[1:]),
            None if self.reference is None else self.reference[self.rows.standing_at(number)],
        )


@dataclass(frozen=True)
class PairCollator:
    """A batch of pairs: all chosen samples, then all rejected ones in the same order."""

    plain: Collator

    def __call__(self, pairs: Sequence[Pair]) -> dict[str, Any]:
        """As `Collator`'s, of ``2 * pairs`` rows; and `REFERENCE` if it is known."""
        batch = self.plain([*(pair.chosen for pair in pairs), *(pair.rejected for pair in pairs)])
        known = [pair.reference for pair in pairs if pair.reference is not None]
        return {**batch, REFERENCE: torch.stack(known)} if known else batch


def pair_batches(rows: TrainingRows, validation: TrainingRows | None, pad_id: int) -> Batches:
    """Batches of pairs for a training and its validation."""
    collator = PairCollator(Collator(pad_id))
    return Batches(PairRows(rows), collator, validation=PairRows(validation) if validation else None)
