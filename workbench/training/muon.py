"""Muon (arXiv:2502.16982) as one optimiser for a whole model: torch's own takes nothing but matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import Parameter
from torch.optim import AdamW, Muon, Optimizer


class MuonWithAdamW(Optimizer):
    """Muon for matrices, AdamW for everything else. One learning rate serves both: Muon's steps have AdamW's size.

    The parameter groups and the state are all here, so that schedules and checkpoints see one optimiser; torch's two
    do their steps on them.

    Args:
        matrices: parameters ``[out, in]`` of hidden layers.
        others: the rest; without weight decay.
    """

    def __init__(
        self,
        matrices: Sequence[Parameter],
        others: Sequence[Parameter],
        *,
        lr: float,
        betas: tuple[float, float],
        weight_decay: float,
    ) -> None:
        self._steppers: dict[str, Optimizer] = {}
        if matrices:
            muon = Muon(matrices, lr=lr, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
            self._steppers["muon"] = muon
        if others:
            self._steppers["adamw"] = AdamW(others, lr=lr, betas=betas, weight_decay=0.0)
        groups = [{**group, "stepper": name} for name, one in self._steppers.items() for group in one.param_groups]
        super().__init__(groups, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """One step of both."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for name, stepper in self._steppers.items():
            stepper.param_groups = [group for group in self.param_groups if group["stepper"] == name]
            stepper.state = self.state
            stepper.step()
        return loss
