"""The model of a training that sees by itself: an adapter on its language model, or weights of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from PIL import Image
from transformers.utils import cached_file

from workbench.configs.schema import TrainConfig
from workbench.data.templates import ChatTemplate, Template
from workbench.data.training_set import TrainingRows
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.adapters import add_adapter
from workbench.models.vision.open import load_whole
from workbench.models.vision.own_parts import freeze_parts, language_layers, tower_layers
from workbench.models.vision.own_processor import facts_of, own_sight
from workbench.paths import resolve_model
from workbench.training.arguments import uses_checkpointing, weights_precision
from workbench.training.batches import Batches
from workbench.training.collate import Collator
from workbench.training.picture_rows import PictureCollator, PictureRows
from workbench.training.ranks import gathers_gradients
from workbench.weights.own_sight import require_known_kind

_PROCESSOR_FILES = (
    "preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json", "chat_template.json",
)  # fmt: skip
_BLANK = Image.new("RGB", (64, 64), (127, 127, 127))
_MARKS_BY_TEMPLATE = ("qwen",)
"""Kinds whose chat template writes the marks around a picture."""


def own_model(config: TrainConfig, *, source: Path | None, with_deepspeed: bool) -> Any:
    """The model as the config wants it trained.

    Args:
        source: a checkpoint with every weight to go on with.

    Raises:
        WorkbenchError: the model is missing or damaged, or the adapter does not fit it.
    """
    model = load_whole(
        str(source) if source else config.pretrained_model_name_or_path,
        precision=weights_precision(config, with_deepspeed=with_deepspeed),
        quantization=config.quantization if config.method == "qlora" else None,
        attn_implementation=config.attn_implementation,
    )
    if config.method == "full":
        freeze_parts(model, language=config.freeze_llm, tower=config.visual_encoder_method == "frozen")
        return model
    tower = {tower_layers(model): config.visual_encoder_lora} if config.visual_encoder_method == "lora" else None
    return add_adapter(
        model,
        config.lora,
        config.method,
        checkpointing=uses_checkpointing(config),
        within=language_layers(model),
        beside=tower,
    )


def own_batches(config: TrainConfig, rows: TrainingRows, pad_id: int, model: Any) -> Batches:
    """Batches with pictures as the model's own processor prepares them."""
    sight = own_sight(model, config.pretrained_model_name_or_path)
    needs_blank = gathers_gradients() or config.freeze_llm
    blank = sight.look(_BLANK) if needs_blank else None
    said = _("Pictures are prepared by the model's own processor.")
    return Batches(PictureRows(rows, sight), PictureCollator(Collator(pad_id), blank), sight, (said,))


def require_own_sight(config: TrainConfig, template: Template) -> None:
    """
    Raises:
        WorkbenchError: the model does not see by itself, or needs a prompt template that writes places of pictures.
    """
    kind = require_known_kind(facts_of(config.pretrained_model_name_or_path), config.pretrained_model_name_or_path)
    if kind.startswith(_MARKS_BY_TEMPLATE) and not isinstance(template, ChatTemplate):
        raise WorkbenchError(
            _(
                "A model of the kind {kind} is shown pictures between marks that only its own chat template writes."
            ).format(kind=kind),
            where=f"prompt_template: {config.prompt_template}",
            fix=_("Set prompt_template: auto."),
        )


def save_processor(config: TrainConfig, folder: Path) -> None:
    """Put the base's processor beside weights, file by file, as it came."""
    source = resolve_model(config.pretrained_model_name_or_path)
    for name in _PROCESSOR_FILES:
        file = cached_file(source, name, _raise_exceptions_for_missing_entries=False)
        if file is not None:
            shutil.copyfile(file, folder / name)
