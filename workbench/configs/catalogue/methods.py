"""The ways of training, as they are named in config names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.i18n import N_


@dataclass(frozen=True)
class TrainingMethod:
    """A way of training. ``title`` is translated when shown."""

    key: str
    title: str
    settings: dict[str, Any]


METHODS = (
    TrainingMethod("qlora", N_("adapter on a 4-bit base (QLoRA)"), {"method": "qlora", "lr": 2e-4}),
    TrainingMethod("lora", N_("adapter (LoRA)"), {"method": "lora", "lr": 2e-4}),
    TrainingMethod(
        "int8_lora",
        N_("adapter on an 8-bit base"),
        {"method": "qlora", "lr": 2e-4, "quantization": {"load_in_8bit": True}},
    ),
    TrainingMethod("full", N_("all weights"), {"method": "full", "lr": 2e-5}),
    TrainingMethod(
        "full_finetune",
        N_("all weights, long packs"),
        {
            "method": "full",
            "lr": 4e-5,
            "betas": (0.9, 0.95),
            "weight_decay": 0.01,
            "warmup_ratio": 0.025,
            "min_lr_ratio": 0.15,
            "max_length": 32768,
            "use_varlen_attn": True,
            "accumulative_counts": 1,
            "dataloader_num_workers": 4,
        },
    ),
)
BY_KEY = {method.key: method for method in METHODS}
