"""Which number format to compute in, by what the hardware has."""

from __future__ import annotations

import torch

from workbench.configs import hardware_rules
from workbench.configs.hardware_rules import NumberFormat, Precision
from workbench.models.hardware import HARDWARE

__all__ = ["Precision", "choose_precision", "dtype_of"]
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


def choose_precision(asked: Precision) -> NumberFormat:
    """What is asked for, or what ``auto`` means on this machine."""
    return hardware_rules.choose_precision(asked, HARDWARE)


def dtype_of(precision: NumberFormat) -> torch.dtype:
    """torch's name for it."""
    return _DTYPES[precision]
