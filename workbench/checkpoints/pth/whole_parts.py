"""The language model and the vision tower as whole weights: trained, merged from an adapter, or as their bases are."""

from __future__ import annotations

import re
from typing import Any

from workbench.checkpoints.adapter import Adapter
from workbench.checkpoints.adapter_files import adapter_tensors, is_adapter, planned
from workbench.checkpoints.full_model import fit_to_base
from workbench.checkpoints.llava.tower import vision_tensors
from workbench.checkpoints.merge_plan import MergePlan, plan_merge
from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.pth.adapters import language_adapter, visual_adapter
from workbench.checkpoints.pth.context import Context
from workbench.checkpoints.pth.vision import trained_vision
from workbench.checkpoints.stored import LazyTensor
from workbench.checkpoints.weight_writing import PlannedTensor

_FACTOR = re.compile(r"base_model\.model\.(.+)\.(lora_\w+(?:\.weight|\.bias)?)")


def whole_language_model(context: Context, base: ModelFiles) -> MergePlan:
    """The language model under the names of its base.

    Raises:
        WorkbenchError: what was trained does not fit the base.
    """
    trained, dtype = context.parts.llm, context.language_dtype
    if not trained:
        return MergePlan(planned(base.stored, dtype), untied=False, vocabulary=None)
    if is_adapter(trained):
        language_adapter(context)  # checks it
        adapter = _adapter(context, trained, context.model.llm_lora or {})
        return plan_merge(base, adapter, dtype)
    model = fit_to_base(trained, base, context.request.pth, dtype)
    return MergePlan(model.plan, untied=False, vocabulary=model.vocab_size)


def whole_vision(context: Context, base: ModelFiles) -> list[PlannedTensor]:
    """The vision tower, each weight under the name that begins with ``vision_model.``.

    Raises:
        WorkbenchError: what was trained does not fit the base.
    """
    trained = context.parts.visual_encoder
    if not trained:
        return planned(vision_tensors(base))
    if is_adapter(trained):
        visual_adapter(context)  # checks it
        adapter = _adapter(context, trained, context.model.visual_encoder_lora or {})
        tower = ModelFiles(base.folder, base.weight_files, vision_tensors(base))
        return plan_merge(tower, adapter, None, vision_only=True).tensors
    return planned(trained_vision(context, base))


def _adapter(context: Context, trained: dict[str, LazyTensor], settings: dict[str, Any]) -> Adapter:
    parts: dict[str, dict[str, LazyTensor]] = {}
    whole: dict[str, LazyTensor] = {}
    for name, tensor in adapter_tensors(trained).items():
        if match := _FACTOR.fullmatch(name):
            parts.setdefault(match[1], {})[match[2]] = tensor
        else:
            whole[name.removeprefix("base_model.model.")] = tensor
    rank = next(iter(parts.values()))["lora_A.weight"].shape[0]
    return Adapter(context.request.pth, {"peft_type": "LORA", "r": rank, **settings}, parts, whole, {})
