"""How likely a model holds given answers to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from workbench.data.encode import NOT_TRAINED
from workbench.evaluation.generate import without_training
from workbench.training.loss import only_trained_positions, passes_logits_on, replaced, takes_logits_to_keep, targets_of
from workbench.training.preference.token_losses import token_losses


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


class Likelihood:
    """How likely a model holds the trained tokens of a batch to be.

    Where its head is one linear map whose logits it passes on, they are made a few hundred positions at a time, and
    again for the gradient, so that no table of them ever exists (see `head_loss`).

    Args:
        inner: the causal language model, not wrapped.
        head: its output head; see `plain_head`. None if it must be left alone.
    """

    def __init__(self, inner: Any, head: torch.nn.Linear | None) -> None:
        self._inner = inner
        self._head = None if hasattr(getattr(head, "weight", None), "ds_id") else head  # ZeRO-3 takes weights away
        self._is_checked = False
        self._takes_positions = takes_logits_to_keep(inner)

    def __call__(self, model: Any, inputs: dict[str, Any]) -> LogProbs:
        """The log-probabilities of the trained tokens.

        Args:
            model: the language model, as it is wrapped.
            inputs: ``input_ids`` and ``labels``, int64 ``[rows, longest]``.
        """
        if self._head is not None and not self._is_checked:
            self._check(model, inputs)
        return self._of_logits(model, inputs) if self._head is None else self._in_pieces(model, self._head, inputs)

    def _check(self, model: Any, inputs: dict[str, Any]) -> None:
        assert self._head is not None
        with without_training(model):
            if not passes_logits_on(self._inner, self._head, lambda: model(**inputs, use_cache=False)):
                self._head = None
        self._is_checked = True

    def _in_pieces(self, model: Any, head: torch.nn.Linear, inputs: dict[str, Any]) -> LogProbs:
        targets = targets_of(inputs).to(head.weight.device)
        trained = targets != NOT_TRAINED
        asked = {name: value for name, value in inputs.items() if name != "labels"}

        def losses(hidden: torch.Tensor) -> torch.Tensor:
            return token_losses(hidden[trained], head, targets[trained])

        with replaced(self._inner, head, losses, self._inner.loss_function):
            found = model(**asked, use_cache=False).logits
        tokens = torch.zeros(targets.shape, device=found.device)
        return LogProbs(tokens.masked_scatter(trained, -found), trained)

    def _of_logits(self, model: Any, inputs: dict[str, Any]) -> LogProbs:
        asked = only_trained_positions(inputs)
        targets, positions = asked.pop("shift_labels"), asked.pop("logits_to_keep")
        asked.pop("labels")
        if self._takes_positions:
            logits = model(**asked, logits_to_keep=positions, use_cache=False).logits
        else:
            logits = model(**asked, use_cache=False).logits[:, positions]
        losses = cross_entropy(
            logits.flatten(0, 1).float(), targets.flatten(), ignore_index=NOT_TRAINED, reduction="none"
        )
        return LogProbs(-losses.view_as(targets), targets != NOT_TRAINED)
