"""Liger's fused GPU kernels for norms, rotary embeddings and feed-forward layers; the loss stays our own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

from transformers import LlamaForCausalLM

from workbench.configs.hardware_rules import no_liger, why_no_liger
from workbench.i18n import _
from workbench.models.hardware import HARDWARE

_NOT_THE_LOSS = {"cross_entropy": False, "fused_linear_cross_entropy": False}


def apply_liger(model: Any, asked: bool | Literal["auto"]) -> str | None:
    """Put the kernels into a model if they are wanted and can work.

    Args:
        model: a language model, or the peft model around it.

    Returns:
        What was decided, for the person who started the run; None if that goes without saying.

    Raises:
        WorkbenchError: they are asked for by ``True`` and cannot work.
    """
    if asked is False:
        return None
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    why_not = why_no_liger(HARDWARE) or _why_not_for(base)
    if why_not is None:
        takes = inspect.signature(_kernels_for(base)).parameters
        _kernels_for(base)(model=base, **{name: value for name, value in _NOT_THE_LOSS.items() if name in takes})
        return _("Liger kernels: norms, rotary embeddings and feed-forward layers.")
    if asked == "auto":
        return _("Without Liger kernels: {reason}.").format(reason=why_not) if HARDWARE.has_gpu else None
    raise no_liger(why_not)


def _why_not_for(model: Any) -> str | None:
    if _kernels_for(model) is None:
        return _("they do not know models of the kind {kind}").format(kind=model.config.model_type)
    return None


def _kernels_for(model: Any) -> Callable[..., None] | Any:
    from liger_kernel.transformers.monkey_patch import MODEL_TYPE_TO_APPLY_LIGER_FN

    kind = "llama" if isinstance(model, LlamaForCausalLM) else model.config.model_type
    return MODEL_TYPE_TO_APPLY_LIGER_FN.get(kind)
