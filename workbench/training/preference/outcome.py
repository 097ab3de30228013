"""What an objective makes of a batch of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import torch


@dataclass(frozen=True)
class Outcome:
    """The loss of a batch, a scalar that is the mean over its pairs; and further means over them, without gradient."""

    loss: torch.Tensor
    figures: dict[str, torch.Tensor]


class Objective(Protocol):
    """A loss on pairs of answers."""

    needs_reference: bool
    """Whether batches must hold the log-probabilities of the answers before training."""

    def __call__(self, model: Any, inputs: dict[str, Any], reference: torch.Tensor | None) -> Outcome:
        """The outcome of a batch.

        Args:
            inputs: of `PairCollator`; the first half of the rows are the chosen answers.
            reference: float32 ``[pairs, 2]``.
        """


def preferred(chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """The share (0–1) of pairs in which the chosen answer has more."""
    return (chosen > rejected).float().mean()
