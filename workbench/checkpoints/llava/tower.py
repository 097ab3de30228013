"""The vision tower's files: of a folder with the tower alone, or of a whole two-tower model."""

from __future__ import annotations

from typing import Any

from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.stored import LazyTensor

PREFIX = "vision_model."
PROCESSOR_FILE = "preprocessor_config.json"
CLIP, SIGLIP = "clip_vision_model", "siglip_vision_model"
COMPUTED = "position_ids"
"""How a buffer's name ends that some versions save."""
_OTHER_TOWER = ("text_model.", "text_projection.", "visual_projection.", "logit_scale", "logit_bias")
_WHOLE = {"clip": CLIP, "siglip": SIGLIP}
"""A two-tower model → its vision tower."""


def vision_config(base: ModelFiles) -> dict[str, Any]:
    """The settings of the vision tower in a folder of it alone, or of a whole model."""
    config = base.config()
    inner = config.get("vision_config")
    if not isinstance(inner, dict):
        return config
    return {**inner, "model_type": _WHOLE.get(str(config.get("model_type")), CLIP)}


def vision_tensors(base: ModelFiles) -> dict[str, LazyTensor]:
    """The weights of a vision tower, each under the name that begins with ``vision_model.``."""
    return {
        PREFIX + name.removeprefix(PREFIX): tensor
        for name, tensor in base.stored.items()
        if not name.startswith(_OTHER_TOWER) and not name.endswith(COMPUTED)
    }


def patches(config: dict[str, Any]) -> int:
    """How many features an image becomes; ``config``: that of the tower."""
    return int(config.get("image_size", 224) // config.get("patch_size", 32)) ** 2
