"""How likely a model holds given answers to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from workbench.data.encode import NOT_TRAINED
from workbench.training.loss import only_trained_positions


@dataclass(frozen=True)
class LogProbs:
    """Log-probabilities (natural) of the trained tokens of a batch.

    Args:
        tokens: float32 ``[rows, positions]``; 0 where a row has no trained token.
        trained: bool, of the same shape.
    """

    tokens: torch.Tensor
    trained: torch.Tensor

    @property
    def sums(self) -> torch.Tensor:
        """Of each row's answer, ``[rows]``."""
        return self.tokens.sum(dim=1)

    @property
    def means(self) -> torch.Tensor:
        """Of each row's answer, per token, ``[rows]``."""
        return self.sums / self.trained.sum(dim=1).clamp(min=1)


def log_probs(model: Any, inputs: dict[str, Any], *, head_takes_positions: bool) -> LogProbs:
    """The log-probabilities of the trained tokens.

    Args:
        inputs: ``input_ids`` and ``labels``, int64 ``[rows, longest]``.
        head_takes_positions: the model can compute logits for some positions only.
    """
    asked = only_trained_positions(inputs)
    targets, positions = asked.pop("shift_labels"), asked.pop("logits_to_keep")
    asked.pop("labels")
    if head_takes_positions:
        logits = model(**asked, logits_to_keep=positions, use_cache=False).logits
    else:
        logits = model(**asked, use_cache=False).logits[:, positions]
    losses = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), ignore_index=NOT_TRAINED, reduction="none"
    )
    return LogProbs(-losses.view_as(targets), targets != NOT_TRAINED)
