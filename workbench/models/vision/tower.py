"""Vision towers: CLIP and SigLIP, alone in a folder or as a part of the whole two-tower model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoImageProcessor, CLIPVisionModel, SiglipVisionModel

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.load import load_errors, require_all_weights
from workbench.models.precision import Precision, choose_precision, dtype_of
from workbench.paths import resolve_model

FIELD = "visual_encoder_name_or_path"
_CLASSES = {
    "clip": CLIPVisionModel,
    "clip_vision_model": CLIPVisionModel,
    "siglip": SiglipVisionModel,
    "siglip_vision_model": SiglipVisionModel,
}

_LAYER = re.compile(r"\bencoder\.layers\.(\d+)\.")
_AFTER_THE_LAYERS = ("post_layernorm", "head")


@dataclass(frozen=True)
class VisionTower:
    """A vision tower and what makes its pixels out of pictures."""

    name: str
    model: Any
    processor: Any

    @property
    def has_class_token(self) -> bool:
        """Whether its first feature stands for the whole picture; LLaVA leaves that one out."""
        return bool(self.model.config.model_type == "clip_vision_model")

    @property
    def patches(self) -> int:
        """Features that one picture becomes."""
        return int(self.model.config.image_size // self.model.config.patch_size) ** 2

    @property
    def width(self) -> int:
        """Numbers in one feature."""
        return int(self.model.config.hidden_size)


def load_vision_tower(path_or_name: str, *, precision: Precision = "auto") -> VisionTower:
    """A vision tower in a folder or on the Hugging Face hub, with its image processor.

    Raises:
        WorkbenchError: it is no CLIP or SigLIP tower, is incomplete, or its image processor makes pictures of another
            size than it takes.
    """
    source = _existing(path_or_name)
    with load_errors(path_or_name):
        kind = AutoConfig.from_pretrained(source).model_type
        if kind not in _CLASSES:
            raise WorkbenchError(
                _("A vision tower is of the kind CLIP or SigLIP, but this model is {kind}.").format(kind=kind),
                where=path_or_name,
                fix=_("Name a tower such as openai/clip-vit-large-patch14-336."),
            )
        processor = AutoImageProcessor.from_pretrained(source, backend="pil")
        model, report = _CLASSES[kind].from_pretrained(
            source, dtype=dtype_of(choose_precision(precision)), output_loading_info=True
        )
    require_all_weights(model, report["missing_keys"], path_or_name)
    tower = VisionTower(path_or_name, model, processor)
    _require_same_size(tower)
    return tower


def freeze_unused(tower: Any, selected_layer: int) -> None:
    """Nothing is trained of what comes after the layer whose features are taken: it has no part in the loss.

    Args:
        tower: a vision tower's model, or the peft model around it.
        selected_layer: as in `hidden_states`: 0 is what goes into the first layer, -1 what the last one gives.
    """
    used = selected_layer % (tower.config.num_hidden_layers + 1)
    for name, parameter in tower.named_parameters():
        layer = _LAYER.search(name)
        if (int(layer[1]) >= used) if layer else any(part in name.split(".") for part in _AFTER_THE_LAYERS):
            parameter.requires_grad_(False)


def _existing(path_or_name: str) -> str:
    source = resolve_model(path_or_name)
    looks_like_path = source.startswith((".", "/")) or source.count("/") != 1
    if looks_like_path and not Path(source).is_dir():
        raise WorkbenchError(
            _("The folder of the vision tower does not exist."),
            where=path_or_name,
            fix=_("Check {field}; a Hugging Face name looks like owner/model.").format(field=FIELD),
        )
    return source


def _require_same_size(tower: VisionTower) -> None:
    """CLIP's processor cuts to ``crop_size``, SigLIP's stretches to ``size``."""
    processor, side = tower.processor, tower.model.config.image_size
    cut = processor.crop_size if getattr(processor, "do_center_crop", False) else processor.size
    made = _height_and_width(cut)
    if made != (side, side):
        raise WorkbenchError(
            _("The vision tower takes pictures of {side}x{side} pixels, but its image processor makes {made}.").format(
                side=side, made="x".join(str(length) for length in made)
            ),
            where=f"{tower.name}/preprocessor_config.json",
            fix=_("Take tower and preprocessor_config.json from the same model."),
        )


def _height_and_width(size: Any) -> tuple[Any, Any]:
    known: Mapping[str, Any] = dict(size)
    edge = known.get("shortest_edge")
    return known.get("height") or edge, known.get("width") or edge
