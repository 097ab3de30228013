"""The model of a training that sees: language model, vision tower and projector, each frozen or trained as asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.adapters import add_adapter, load_adapter, ready_for_adapter
from workbench.models.few_bits import keep_gradients_exact
from workbench.models.precision import Precision, choose_precision
from workbench.models.vision.parts import Parts, freeze, join
from workbench.models.vision.projector import read_projector
from workbench.models.vision.tower import VisionTower, freeze_unused, load_vision_tower
from workbench.models.vision.tower_adapter import add_tower_adapter, load_tower_adapter
from workbench.training.arguments import uses_checkpointing
from workbench.training.text_model import base_model
from workbench.weights.seeing import LANGUAGE_ADAPTER, TOWER_ADAPTER, WHOLE_TOWER


def seeing_parts(config: TrainConfig, tokenizer: Any, *, source: Path | None, with_deepspeed: bool) -> Parts:
    """The parts as the config wants them trained.

    Args:
        source: a checkpoint or LLaVA folder to begin from; what it does not hold is the base's, or fresh.

    Raises:
        WorkbenchError: a part is missing or damaged, or does not fit the others.
    """
    language = _language_model(config, source, with_deepspeed=with_deepspeed)
    tower, adapted = _tower(config, source, with_deepspeed=with_deepspeed)
    parts = join(
        language,
        tower,
        tokenizer,
        adapted_tower=adapted,
        projector=read_projector(source) if source else None,
        selected_layer=config.visual_select_layer,
    )
    freeze_unused(parts.tower, config.visual_select_layer)
    if config.method == "qlora":
        _say_that_parts_are_trained(parts)
    if not with_deepspeed:  # which has fp32 copies of its own of what is trained
        parts.model.model.multi_modal_projector.float()
    return parts


def _say_that_parts_are_trained(parts: Parts) -> None:
    """transformers trains no model in 4 bits but one that says that it has adapters; and moves none to the GPU."""
    parts.model._hf_peft_config_loaded = True
    device = parts.model.lm_head.weight.device
    parts.model.model.vision_tower.to(device)
    parts.model.model.multi_modal_projector.to(device)


def _language_model(config: TrainConfig, source: Path | None, *, with_deepspeed: bool) -> Any:
    whole = source if source is not None and (source / "config.json").is_file() else None
    adapter = source / LANGUAGE_ADAPTER if source is not None and (source / LANGUAGE_ADAPTER).is_dir() else None
    if adapter is not None and (config.freeze_llm or config.method == "full"):
        raise _unwanted_adapter(adapter, "method: lora")
    model = base_model(config, source=whole, with_deepspeed=with_deepspeed)
    if config.freeze_llm:
        if config.method == "qlora":
            keep_gradients_exact(model)
        freeze(model)
        return model
    if config.method == "full":
        return model
    checkpointing = uses_checkpointing(config)
    if adapter is None:
        return add_adapter(model, config.lora, config.method, checkpointing=checkpointing)
    return load_adapter(ready_for_adapter(model, config.method, checkpointing=checkpointing), adapter, trainable=True)


def _tower(config: TrainConfig, source: Path | None, *, with_deepspeed: bool) -> tuple[VisionTower, Any]:
    """The tower, and the peft model around it if it gets an adapter."""
    whole = source / WHOLE_TOWER if source is not None and (source / WHOLE_TOWER).is_dir() else None
    adapter = source / TOWER_ADAPTER if source is not None and (source / TOWER_ADAPTER).is_dir() else None
    way = config.visual_encoder_method
    if adapter is not None and way != "lora":
        raise _unwanted_adapter(adapter, "visual_encoder_method: lora")
    precision: Precision = "fp32" if way == "full" and not with_deepspeed else choose_precision(config.precision)
    tower = load_vision_tower(str(whole or config.visual_encoder_name_or_path), precision=precision)
    if way == "lora":
        if adapter is not None:
            return tower, load_tower_adapter(tower, adapter, trainable=True)
        return tower, add_tower_adapter(tower, config.visual_encoder_lora)
    if way == "frozen":
        freeze(tower.model)
    return tower, None


def _unwanted_adapter(adapter: Path, setting: str) -> WorkbenchError:
    return WorkbenchError(
        _("What the training begins from holds an adapter, which this config would not train."),
        where=str(adapter),
        fix=_("Set {setting}, or merge it first ('workbench merge') and name the result as the base.").format(
            setting=setting
        ),
    )
