"""The optimiser behind ``optim_type``: of torch, of bitsandbytes, and the two that treat parameters differently.

Names are torch's and bitsandbytes' own, transformers', or XTuner's spellings; upper and lower case are the same.
"""

from __future__ import annotations

from typing import Any

import torch
from peft.optimizers import create_loraplus_optimizer
from transformers import Trainer

from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _
from workbench.models.base_changes import ends_of
from workbench.training.muon import MuonWithAdamW

MUON = "muon"
_TORCH = "adamw_torch"
_FUSED = "adamw_torch_fused"
"""The same in one kernel, in place; it is what AdamW means where nothing else (DeepSpeed) takes the steps."""
_NAMES = {
    "AdamW": _TORCH,
    "AdamW_fused": _FUSED,
    "AdamW8bit": "adamw_bnb_8bit",
    "PagedAdamW8bit": "paged_adamw_8bit",
    "PagedAdamW32bit": "paged_adamw_32bit",
    "AdEMAMix": "ademamix",
    "AdEMAMix8bit": "ademamix_8bit",
    "PagedAdEMAMix8bit": "paged_ademamix_8bit",
    "Lion": "lion_32bit",
    "Lion8bit": "lion_8bit",
    "PagedLion8bit": "paged_lion_8bit",
    "RMSprop": "rmsprop",
    "RMSprop8bit": "rmsprop_bnb_8bit",
    "Adagrad": "adagrad",
    "SGD": "sgd",
    "Adafactor": "adafactor",
    "Muon": MUON,
}
"""Our name → transformers'."""
_OTHER_SPELLINGS = {"adamw_8bit": "adamw_bnb_8bit", "pagedadamw": "paged_adamw_32bit"}
_WHOLE_MATRICES = {"adafactor", MUON}


def optimizer_name(optim_type: str, *, with_deepspeed: bool = False) -> str:
    """transformers' name of an optimiser, or ``muon``.

    Raises:
        WorkbenchError: there is none of that name, or it cannot work under DeepSpeed.
    """
    lowered = optim_type.lower()
    known = {name.lower(): theirs for name, theirs in _NAMES.items()}
    name = known.get(lowered) or _OTHER_SPELLINGS.get(lowered) or lowered
    if name not in _NAMES.values():
        close = ", ".join(nearest(lowered, known))
        raise WorkbenchError(
            _("There is no optimiser {name}.").format(name=optim_type),
            where="optim_type",
            fix=_("Did you mean {names}?").format(names=close)
            if close
            else _("There are: {names}.").format(names=", ".join(_NAMES)),
        )
    if with_deepspeed and name in _WHOLE_MATRICES:
        raise WorkbenchError(
            _("{name} works on whole matrices, which ZeRO makes one long row of.").format(name=optim_type),
            where="optim_type",
            fix=_("Set deepspeed: none, or optim_type: AdamW8bit, which takes as little memory."),
        )
    return _FUSED if name == _TORCH and lowered == "adamw" and not with_deepspeed else name


def adamw_unless(name: str) -> str:
    """What transformers is told: it does not know Muon, which `own_optimizer` makes."""
    return _TORCH if name == MUON else name


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
