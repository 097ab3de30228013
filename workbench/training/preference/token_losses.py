"""The loss of each token behind a linear output head, a few hundred positions at a time."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import linear

from workbench.training.head_loss import loss_and_slope, positions_at_once


def token_losses(hidden: torch.Tensor, head: torch.nn.Linear, targets: torch.Tensor) -> torch.Tensor:
    """The cross-entropy of each position, fp32 ``[n]``; the logits of a few hundred exist at a time.

    Args:
        hidden: ``[n, width]``; products are computed in the precision of the head, or that of autocast.
        targets: int64 ``[n]``.
    """
    device = hidden.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else head.weight.dtype
    bias = None if head.bias is None else head.bias.to(dtype)
    with torch.autocast(device, enabled=False):
        losses: torch.Tensor = _TokenLosses.apply(hidden.to(dtype), head.weight.to(dtype), bias, targets)  # type: ignore[no-untyped-call]
    return losses


class _TokenLosses(torch.autograd.Function):
    """The gradients of positions are computed with their losses; those of a head that is trained when it is known how
    much each position counts, from logits that are made again.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, targets: torch.Tensor
    ) -> torch.Tensor:
        hidden_grad = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        losses = []
        for place in _places(targets):
            loss, slope = loss_and_slope(linear(hidden[place], weight, bias).float(), targets[place])
            losses.append(loss)
            if hidden_grad is not None:
                torch.mm(slope.to(weight.dtype), weight, out=hidden_grad[place])
        is_head_trained = any(ctx.needs_input_grad[1:3])
        ctx.save_for_backward(hidden_grad, *((hidden, weight, bias, targets) if is_head_trained else ()))
        return torch.cat(losses)

    @staticmethod
    def backward(ctx: Any, *outputs: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (counts,) = outputs
        hidden_grad, *of_head = ctx.saved_tensors
        if hidden_grad is not None:
            hidden_grad = hidden_grad * counts[:, None].to(hidden_grad.dtype)
        return (hidden_grad, *(_head_gradients(counts, *of_head) if of_head else (None, None)), None)


def _head_gradients(
    counts: torch.Tensor,
    hidden: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    targets: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Of weight and bias; ``counts``: the gradient of each position's loss, fp32 ``[n]``."""
    weight_grad = torch.zeros_like(weight)
    bias_grad = None if bias is None else torch.zeros_like(bias, dtype=torch.float32)
    for place in _places(targets):
        _loss, slope = loss_and_slope(linear(hidden[place], weight, bias).float(), targets[place])
        slope *= counts[place, None]
        if bias_grad is not None:
            bias_grad += slope.sum(0)
        weight_grad.addmm_(slope.to(weight.dtype).t(), hidden[place])
    return weight_grad, None if bias_grad is None or bias is None else bias_grad.to(bias.dtype)


def _places(targets: torch.Tensor) -> list[slice]:
    size = positions_at_once(targets.device.type)
    return [slice(first, first + size) for first in range(0, len(targets), size)]
