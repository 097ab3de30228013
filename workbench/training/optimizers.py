"""The optimisers that transformers' trainer does not make: those that treat parameters differently."""

from __future__ import annotations

from typing import Any

import torch
from peft.optimizers import create_loraplus_optimizer
from transformers import Trainer

from workbench.configs.schema import TrainConfig
from workbench.models.base_changes import ends_of
from workbench.training.muon import MuonWithAdamW
from workbench.training.optimizer_names import MUON, optimizer_name


def own_optimizer(config: TrainConfig, model: Any, arguments: Any) -> torch.optim.Optimizer | None:
    """The optimiser that transformers' trainer could not make: Muon, or LoRA+'s rates; None for all others."""
    if optimizer_name(config.optim_type) == MUON:
        return _muon(config, model)
    if config.has_adapter and config.lora.loraplus_lr_ratio is not None:
        kind, settings = Trainer.get_optimizer_cls_and_kwargs(arguments, model)
        optimizer: torch.optim.Optimizer = create_loraplus_optimizer(
            model,
            kind,
            loraplus_lr_ratio=config.lora.loraplus_lr_ratio,
            loraplus_weight_decay=config.weight_decay,
            **settings,
        )
        optimizer.param_groups = [group for group in optimizer.param_groups if group["params"]]
        return optimizer
    return None


def _muon(config: TrainConfig, model: Any) -> MuonWithAdamW:
    """Muon for what is multiplied with the hidden states; AdamW for rows of tokens, norms and biases."""
    ends = tuple(f"{name}." for name in ends_of(model))
    matrices: list[torch.nn.Parameter] = []
    others: list[torch.nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            (matrices if parameter.ndim == 2 and not name.startswith(ends) else others).append(parameter)
    return MuonWithAdamW(matrices, others, lr=config.lr, betas=config.betas, weight_decay=config.weight_decay)
