"""Which attention kernel a model computes with on this machine."""

from __future__ import annotations

from typing import Any

import torch

from workbench.configs import hardware_rules
from workbench.configs.hardware_rules import AttentionChoice
from workbench.configs.model_settings import Attention
from workbench.models.hardware import HARDWARE


def choose_attention(asked: Attention, dtype: torch.dtype) -> AttentionChoice:
    """What is asked for, or the fastest that can work here, and why.

    Args:
        dtype: the number format that is computed in.

    Raises:
        WorkbenchError: the kernel that is asked for cannot work here.
    """
    return hardware_rules.choose_attention(asked, HARDWARE, is_half=dtype in (torch.bfloat16, torch.float16))


def is_flash_attention(model: Any) -> bool:
    """Whether a model computes attention with FlashAttention."""
    return "flash" in str(getattr(model.config, "_attn_implementation", ""))
