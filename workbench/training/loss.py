"""The loss, computed only where there is one, and never as a whole table of logits.

The output head is the most expensive layer of a small model with a large vocabulary, and most positions of a dialogue
carry no loss. So the head is applied to the positions that are trained, and to no others, a few hundred at a time
(`head_loss`), so that the logits of all of them never exist together.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from workbench.data.encode import NOT_TRAINED
from workbench.training.head_loss import HeadLoss


def takes_logits_to_keep(model: Any) -> bool:
    """Whether a model's forward can compute logits for some positions only."""
    return "logits_to_keep" in inspect.signature(model.forward).parameters


def only_trained_positions(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with which the model computes logits and loss for the positions trained in at least one row.

    Position i predicts token i + 1, so a position is kept if the label after it is trained. Labels may be shifted
    already, as ``shift_labels``.
    """
    targets = targets_of(inputs)
    kept = (targets != NOT_TRAINED).any(dim=0).nonzero().flatten()
    if kept.numel() == 0:  # a row of nothing but questions: one position, without loss, keeps the graph whole
        kept = kept.new_zeros(1)
    return {**inputs, "logits_to_keep": kept, "shift_labels": targets[:, kept].contiguous()}


def plain_head(model: Any) -> torch.nn.Linear | None:
    """The output head, if it is one linear map (no adapter on it, not quantised), and the model lets it be called.

    Whether the model does something to the logits afterwards is not seen here; see `passes_logits_on`.
    """
    head = model.get_output_embeddings()
    return head if type(head) is torch.nn.Linear and hasattr(model, "loss_function") else None


@contextmanager
def loss_in_head(model: Any, head: torch.nn.Linear, inputs: dict[str, Any]) -> Iterator[None]:
    """Within, the model computes the loss in its output head, without making logits of all positions.

    The head is called by the model as always, so that whatever gathers its weights (ZeRO-3) does so. What the model
    gives as ``logits`` is the sum of the loss.

    Args:
        model: a causal language model, not wrapped.
        head: its output head; see `plain_head`.
        inputs: of the model, with ``labels``, or with ``shift_labels`` if they are shifted already.
    """
    targets = targets_of(inputs)
    trained = targets != NOT_TRAINED
    count = trained.sum()
    if not trained.any():  # one position, without loss, keeps the graph whole
        trained[0, 0] = True

    def summed_loss(hidden: torch.Tensor) -> torch.Tensor:
        where = trained.to(hidden.device)
        return _sum(hidden[where], head, targets.to(hidden.device)[where])

    def mean_loss(logits: torch.Tensor, *_others: Any, num_items_in_batch: Any = None, **_named: Any) -> torch.Tensor:
        items = count.clamp(min=1) if num_items_in_batch is None else num_items_in_batch
        return logits / (items.to(logits.device) if isinstance(items, torch.Tensor) else items)

    with replaced(model, head, summed_loss, mean_loss):
        yield


def passes_logits_on(model: Any, head: torch.nn.Linear, call: Callable[[], Any]) -> bool:
    """Whether the model computes its loss of what its head gives, as it is.

    Those that cap or scale logits afterwards, or never call the head, do not. Large made-up logits show it exactly.

    Args:
        call: computes the loss of some batch with the model.
    """
    made_up = torch.linspace(-200, 200, head.out_features, device=head.weight.device)[None, None]
    seen: list[torch.Tensor] = []

    def look(logits: torch.Tensor, *_others: Any, **_named: Any) -> torch.Tensor:
        seen.append(logits)
        return made_up.sum()

    with torch.no_grad(), replaced(model, head, lambda _hidden: made_up, look):
        call()
    return bool(seen) and all(logits.shape == made_up.shape and torch.equal(logits, made_up) for logits in seen)


@contextmanager
def replaced(
    model: Any, head: torch.nn.Linear, forward: Callable[..., Any], loss: Callable[..., Any]
) -> Iterator[None]:
    """Within, a model's head computes ``forward``, and its loss function is this one."""
    usual = model.loss_function
    vars(head)["forward"] = forward
    model.loss_function = loss
    try:
        yield
    finally:
        del vars(head)["forward"]
        model.loss_function = usual


def targets_of(inputs: dict[str, Any]) -> torch.Tensor:
    """What each position is asked for, ``[rows, length]``: the label after it."""
    if "shift_labels" in inputs:
        return inputs["shift_labels"]  # type: ignore[no-any-return]
    return torch.nn.functional.pad(inputs["labels"][:, 1:], (0, 1), value=NOT_TRAINED)


def _sum(hidden: torch.Tensor, head: torch.nn.Linear, targets: torch.Tensor) -> torch.Tensor:
    """The loss of positions ``[n, width]``, summed; computed in the precision of the head, or that of autocast."""
    device = hidden.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else head.weight.dtype
    bias = None if head.bias is None else head.bias.to(dtype)
    with torch.autocast(device, enabled=False):
        total: torch.Tensor = HeadLoss.apply(hidden.to(dtype), head.weight.to(dtype), bias, targets)  # type: ignore[no-untyped-call]
    return total
