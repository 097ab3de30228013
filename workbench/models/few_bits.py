"""Base weights in 4 bits (NF4, arXiv:2305.14314) or 8 (LLM.int8, arXiv:2208.07339): loaded, and kept fit for training."""

from __future__ import annotations

from typing import Any

import torch
from transformers import BitsAndBytesConfig

from workbench.configs.method_settings import QuantizationSettings


def few_bit_settings(settings: QuantizationSettings, dtype: torch.dtype) -> BitsAndBytesConfig:
    """transformers' settings for loading; ``dtype`` is what is computed in where the settings say auto.

    8-bit layers compute in fp16, or in 8 bits where the hardware has that, whatever the training's precision.
    """
    if settings.load_in_8bit:
        return BitsAndBytesConfig(load_in_8bit=True)
    compute = dtype if settings.bnb_4bit_compute_dtype == "auto" else getattr(torch, settings.bnb_4bit_compute_dtype)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=settings.bnb_4bit_quant_type,
        bnb_4bit_use_double_quant=settings.bnb_4bit_use_double_quant,
        bnb_4bit_compute_dtype=compute,
        bnb_4bit_quant_storage=torch.uint8,
    )


def keep_gradients_exact(model: Any) -> None:
    """Let 4-bit layers keep the one layout that gradients flow through.

    On a CPU with AVX512-BF16, bitsandbytes packs a layer anew the first time it answers in evaluation mode. The packed
    kernel computes in bf16 and has no backward pass: every layer below would be trained on a wrong gradient, with no
    more than a warning in the log.
    """
    from bitsandbytes.nn import Linear4bit

    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False
