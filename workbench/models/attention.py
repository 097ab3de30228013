"""Which attention kernel a model computes with: what is asked for, or the fastest that can work here, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers.utils import is_flash_attn_2_available, is_flash_attn_3_available

from workbench.configs.model_settings import Attention
from workbench.errors import WorkbenchError
from workbench.i18n import _

_HALF = (torch.bfloat16, torch.float16)
_FLASH = {
    "flash_attention_3": ("flash-attn-3", is_flash_attn_3_available),
    "flash_attention_2": ("flash-attn", is_flash_attn_2_available),
}
"""The fastest first: its package, and whether that is installed."""
_FLASH_CAPABILITIES = {"flash_attention_3": 9, "flash_attention_2": 8}
"""The least CUDA compute capability: FlashAttention 3 is for Hopper, 2 for Ampere and later."""


@dataclass(frozen=True)
class AttentionChoice:
    """transformers' name of a kernel, and why it was taken."""

    name: str
    reason: str


def choose_attention(asked: Attention, dtype: torch.dtype) -> AttentionChoice:
    """``auto`` takes FlashAttention 3, then 2, where it is installed and can work, else torch's own fused attention.

    Args:
        dtype: the number format that is computed in.

    Raises:
        WorkbenchError: the kernel that is asked for cannot work here.
    """
    if asked != "auto":
        why_not = _why_not(asked, dtype)
        if why_not is None:
            return AttentionChoice(asked, _("as the config says"))
        raise WorkbenchError(
            _("The attention kernel {name} cannot be used: {reason}.").format(name=asked, reason=why_not),
            where="attn_implementation",
            fix=_("Take {name}, or auto.").format(name=choose_attention("auto", dtype).name),
        )
    reasons = {name: _why_not(name, dtype) for name in _FLASH}
    usable = next((name for name, why_not in reasons.items() if why_not is None), None)
    if usable is not None:
        return AttentionChoice(usable, _("the fastest that is installed"))
    return AttentionChoice("sdpa", str(reasons["flash_attention_2"]))


def _why_not(name: str, dtype: torch.dtype) -> str | None:
    """Why a kernel cannot work here; None if it can."""
    if name in {"eager", "sdpa"}:
        return None
    if not torch.cuda.is_available():
        return _("there is no GPU")
    if name == "flex_attention":
        return None
    if dtype not in _HALF:
        return _("it computes in bf16 and fp16, and the precision is fp32")
    package, is_installed = _FLASH[name]
    if not is_installed():
        return _("{package} is not installed").format(package=package)
    if torch.cuda.get_device_capability()[0] < _FLASH_CAPABILITIES[name]:
        return _("{device} is too old for it").format(device=torch.cuda.get_device_name())
    return None


def is_flash_attention(model: Any) -> bool:
    """Whether a model computes attention with FlashAttention."""
    return "flash" in str(getattr(model.config, "_attn_implementation", ""))
