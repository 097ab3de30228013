"""The vision tower of a LLaVA model, from an XTuner config."""

from __future__ import annotations

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.report import Part
from workbench.configs.xtuner.values import Settings
from workbench.configs.xtuner.weights_fields import (
    PATH,
    carry_adapter,
    carry_path,
    is_set,
    refuse_other_class,
    why_unread,
)
from workbench.i18n import N_

_TOWER, _WAY, _ADAPTER = "visual_encoder_name_or_path", "visual_encoder_method", "visual_encoder_lora"
_CLASSES = ("CLIPVisionModel", "SiglipVisionModel", "AutoModel")


def carry_vision(model: Part) -> None:
    """Carry over the tower, what is trained of it, and what training begins from."""
    tower = model.part("visual_encoder")
    if tower is None:
        model.report.refuse(_TOWER, why_unread(model, "visual_encoder"), model.place("visual_encoder"))
    else:
        refuse_other_class(tower, _TOWER, *_CLASSES)
        carry_path(tower, _TOWER)
        tower.leave_rest(reasons.TOWER)
    carry_way(model)
    model.carry("visual_select_layer", "visual_select_layer", int)
    model.carry("pretrained_pth", "pretrained_pth", str)


def carry_own_sight(model: Part) -> None:
    """Carry over a model that sees by itself (InternVL): its path, and what is trained of its tower."""
    carry_path(model, PATH, "model_path")
    model.report.carry("own_processor", True, model.full_name("type"))
    carry_way(model)
    if is_set(model, "quantization_vit", _WAY):
        model.leave("quantization_vit", N_("the vision tower is held in 16 bits, which takes more memory"))
    model.carry("pretrained_pth", "pretrained_pth", str)


def carry_way(model: Part) -> None:
    """Carry over what is trained of the tower."""
    adapter, is_frozen = model.part(_ADAPTER), is_set(model, "freeze_visual_encoder", _WAY)
    if adapter is not None:
        carry_adapter(adapter, _ADAPTER, _WAY)
        model.report.carry(_WAY, "lora", adapter.name)
    elif model.values.get(_ADAPTER) is not None:
        model.report.refuse(_WAY, why_unread(model, _ADAPTER), model.place(_ADAPTER))
    else:
        model.report.carry(_WAY, "frozen" if is_frozen else "full", model.full_name("freeze_visual_encoder"))


def note_processor(owner: Part) -> None:
    """Note an image processor that is not the tower's."""
    processor = owner.raw("image_processor")
    path = processor.get(PATH) if isinstance(processor, Settings) else None
    if processor is not None and path != owner.report.value_of(_TOWER):
        owner.leave("image_processor", N_("the image processor of the vision tower is taken"))
