"""A linear layer and its LoRA adapter as one operation.

Apart, the adapter's output is a tensor of its own that is scaled, kept and added; together it is added by the matrix
product that makes it, forwards and backwards, which saves four passes over the output of every layer.

The formulas are those of LoRA, https://arxiv.org/abs/2106.09685: ``x W^T + b + s (x A^T) B^T``.
"""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch.autograd.function import once_differentiable

from workbench.models.adapters import DEFAULT_NAME


def fuse_adapters(model: Any) -> None:
    """Make one operation of each frozen linear layer with a plain LoRA adapter, while it is trained.

    Other layers stay as they are: quantised ones, those of other adapters (DoRA), and those whose bias is trained. What
    gathers weights when a layer is called (ZeRO-3) would not see these calls; do not use it there.
    """
    for module in model.modules():
        if type(module) is LoraLinear and _is_plain(module):
            module.__class__ = FusedLoraLinear


def _is_plain(module: LoraLinear) -> bool:
    base = module.base_layer
    return (
        type(base) is torch.nn.Linear
        and not any(parameter.requires_grad for parameter in base.parameters())
        and list(module.lora_A) == [DEFAULT_NAME]
        and not module.lora_variant
        and module.lora_B[DEFAULT_NAME].bias is None
    )


class FusedLoraLinear(LoraLinear):  # type: ignore[misc]  # peft is untyped
    """peft's layer; what it computes is the same."""

    def forward(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """``[..., in]`` to ``[..., out]``."""
        device, base = x.device.type, self.base_layer
        down, up = self.lora_A[DEFAULT_NAME].weight, self.lora_B[DEFAULT_NAME].weight
        is_automatic = torch.is_autocast_enabled(device)
        dtype = torch.get_autocast_dtype(device) if is_automatic else x.dtype
        is_usual = args or kwargs or not self.training or self.disable_adapters or self.merged
        if is_usual or base.weight.dtype != dtype or not (is_automatic or down.dtype == dtype):
            return super().forward(x, *args, **kwargs)  # type: ignore[no-any-return]
        x = x.to(dtype)
        dropout = self.lora_dropout[DEFAULT_NAME]
        dropped = None if isinstance(dropout, torch.nn.Identity) else dropout(x)
        with torch.autocast(device, enabled=False):
            return _LinearWithLora.apply(  # type: ignore[no-any-return, no-untyped-call]
                x, dropped, base.weight, base.bias, down.to(dtype), up.to(dtype), self.scaling[DEFAULT_NAME]
            )


class _LinearWithLora(torch.autograd.Function):
    """``apply(x, dropped, weight, bias, down, up, scale)``; gradients for x, dropped, down and up.

    ``x`` ``[..., in]``; ``dropped``: what the adapter sees, or None if it sees ``x``; ``weight`` ``[out, in]``; ``bias``
    ``[out]`` or None; ``down`` ``[r, in]``; ``up`` ``[out, r]``; all of one dtype.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        dropped: torch.Tensor | None,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        down: torch.Tensor,
        up: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        seen = x if dropped is None else dropped
        inner = torch.nn.functional.linear(seen, down)
        output = torch.nn.functional.linear(x, weight, bias)
        output.view(-1, len(weight)).addmm_(_rows(inner), up.t(), alpha=scale)
        ctx.save_for_backward(seen, inner, weight, down, up)
        ctx.scale = scale
        ctx.drops = dropped is not None
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        seen, inner, weight, down, up = ctx.saved_tensors
        slope = _rows(gradients[0])
        inner_slope = torch.mm(slope, up).mul_(ctx.scale)
        up_slope = torch.mm(slope.t(), _rows(inner)).mul_(ctx.scale)
        down_slope = torch.mm(inner_slope.t(), _rows(seen))
        wanted, wanted_dropped = ctx.needs_input_grad[:2]
        x_slope = torch.mm(slope, weight) if wanted else None
        dropped_slope = None
        if ctx.drops and wanted_dropped:
            dropped_slope = torch.mm(inner_slope, down).view_as(seen)
        elif x_slope is not None and not ctx.drops:
            x_slope.addmm_(inner_slope, down)
        return None if x_slope is None else x_slope.view_as(seen), dropped_slope, None, None, down_slope, up_slope, None


def _rows(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.reshape(-1, tensor.shape[-1])
