"""Which number format to compute in, by what the hardware has."""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["auto", "bf16", "fp16", "fp32"]
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


def choose_precision(asked: Precision) -> Literal["bf16", "fp16", "fp32"]:
    """``auto`` is bf16 on GPUs that have it, fp16 on older ones, fp32 on a CPU."""
    if asked != "auto":
        return asked
    if not torch.cuda.is_available():
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported() else "fp16"


def dtype_of(precision: Literal["bf16", "fp16", "fp32"]) -> torch.dtype:
    """torch's name for it."""
    return _DTYPES[precision]
