"""Models that see by themselves: of which kinds they may be, told by their ``config.json``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import WorkbenchError
from workbench.i18n import _

LLAVA = "llava"
KINDS = (
    LLAVA, "llava_next", "qwen2_vl", "qwen2_5_vl", "qwen3_vl", "internvl", "gemma3", "idefics3", "smolvlm",
)  # fmt: skip
"""``model_type`` of the models that can be trained and asked with their own processor."""
_NAMES = (
    (re.compile(r"^language_model\.model\."), "model.language_model."),
    (re.compile(r"^language_model\.lm_head\."), "lm_head."),
    (re.compile(r"^model\.(?=layers\.|embed_tokens\.|norm\.)"), "model.language_model."),
    (re.compile(r"^vision_tower\.(vision_model\.)?"), "model.vision_tower."),
    (re.compile(r"^(?=visual\.|multi_modal_projector\.)"), "model."),
)
"""Beginnings of weights' names as hubs have them, and as transformers has them in memory."""
_LLAVA_TOWERS = {"clip_vision_model", "siglip_vision_model"}


def is_known_kind(facts: Mapping[str, Any]) -> bool:
    """Whether a ``config.json`` is that of a model that can be given pictures."""
    return _why_not(facts) is None


def require_known_kind(facts: Mapping[str, Any], shown: str) -> str:
    """The ``model_type`` of a model that can be given pictures.

    Args:
        facts: its ``config.json``.

    Raises:
        WorkbenchError: it does not see by itself, or is of another kind.
    """
    why = _why_not(facts)
    if why is not None:
        raise WorkbenchError(why[0], where=shown, fix=why[1])
    return str(facts["model_type"])


def refuse_official_layout(facts: Mapping[str, Any], shown: str) -> None:
    """
    Raises:
        WorkbenchError: a ``config.json`` is that of a model in the LLaVA project's own layout.
    """
    if "mm_vision_tower" in facts:
        raise WorkbenchError(
            _("This is a model in the LLaVA project's own layout, which only its own program loads."),
            where=shown,
            fix=_(
                "Take the same model in the layout of Hugging Face: --save-format huggingface, or llava-hf/… on the hub."
            ),
        )


def name_in_memory(name: str) -> str:
    """What the loaded model calls a weight of such a model's files."""
    for pattern, beginning in _NAMES:
        if pattern.search(name):
            return pattern.sub(beginning, name, count=1)
    return name


def _why_not(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong and how to mend it."""
    tower = facts.get("vision_config")
    if not isinstance(tower, Mapping):
        return (
            _("The model does not see by itself: its config.json has no vision_config."),
            _("Set own_processor: false, and name a vision tower if it shall see: visual_encoder_name_or_path."),
        )
    kind = facts.get("model_type")
    names = ", ".join(KINDS)
    if kind not in KINDS:
        return (
            _("Pictures cannot be given to a model of the kind {kind}.").format(kind=kind),
            _("Models of these kinds can be used: {names}.").format(names=names),
        )
    if kind == LLAVA and tower.get("model_type", "clip_vision_model") not in _LLAVA_TOWERS:
        return (
            _("Pictures cannot be given to a LLaVA model with a vision tower of the kind {kind}.").format(
                kind=tower.get("model_type")
            ),
            _("Its tower must be CLIP or SigLIP."),
        )
    return None
