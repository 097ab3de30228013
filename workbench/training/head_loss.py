"""Cross-entropy behind a linear output head, a few hundred positions at a time, without a table of all logits.

The gradients are computed together with the loss: of a softmax they are ``probabilities - one at the target``, so each
piece of logits becomes its own gradient in place and is let go before the next one.
"""

from __future__ import annotations

from typing import Any

import torch

_POSITIONS_AT_ONCE = {"cpu": 256}
_POSITIONS_ELSEWHERE = 1024


class HeadLoss(torch.autograd.Function):
    """The summed cross-entropy (fp32) of ``hidden @ weight.T + bias``.

    ``apply(hidden, weight, bias, targets)``: ``hidden`` ``[n, width]``; ``weight`` ``[vocabulary, width]``; ``bias``
    ``[vocabulary]`` or None, all of one dtype; ``targets`` int64 ``[n]``, negative where there is no loss. Softmax and
    loss are computed in fp32, products in the dtype of the inputs.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, targets: torch.Tensor
    ) -> torch.Tensor:
        wanted = ctx.needs_input_grad
        hidden_grad = torch.empty_like(hidden) if wanted[0] else None
        weight_grad = torch.zeros_like(weight) if wanted[1] else None
        bias_grad = torch.zeros_like(bias, dtype=torch.float32) if wanted[2] and bias is not None else None
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        size = positions_at_once(hidden.device.type)
        for first in range(0, len(targets), size):
            piece, asked = hidden[first : first + size], targets[first : first + size]
            losses, slope = loss_and_slope(torch.nn.functional.linear(piece, weight, bias).float(), asked)
            total += losses.sum()
            if bias_grad is not None:
                bias_grad += slope.sum(0)
            slope = slope.to(hidden.dtype)
            if hidden_grad is not None:
                torch.mm(slope, weight, out=hidden_grad[first : first + size])
            if weight_grad is not None:
                weight_grad.addmm_(slope.t(), piece)
        ctx.save_for_backward(
            hidden_grad, weight_grad, None if bias is None or bias_grad is None else bias_grad.to(bias)
        )
        return total

    @staticmethod
    def backward(ctx: Any, *outputs: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (slope,) = outputs
        gradients = [None if grad is None else grad * slope.to(grad.dtype) for grad in ctx.saved_tensors]
        return (*gradients, None)


def positions_at_once(device: str) -> int:
    """How many positions have their logits at the same time on a kind of device."""
    return _POSITIONS_AT_ONCE.get(device, _POSITIONS_ELSEWHERE)


def loss_and_slope(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The losses of some positions ``[n]`` and their gradients at the logits, which they are computed in the place of."""
    counted = targets >= 0
    chosen = targets.clamp(min=0)[:, None]
    highest = logits.amax(dim=1, keepdim=True)
    logits -= highest
    at_target = logits.gather(1, chosen)
    norm = logits.exp_().sum(dim=1, keepdim=True)
    losses = (norm.log() - at_target).squeeze(1) * counted
    logits /= norm
    logits.scatter_add_(1, chosen, torch.full_like(at_target, -1.0))
    if not counted.all():
        logits *= counted[:, None]
    return losses, logits
