"""A language model that sees, in the parts that are trained and kept apart: XTuner's folder of a LLaVA training.

``projector/`` always; for the language model ``llm_adapter/``, or the whole model beside it; for the tower
``visual_encoder_adapter/`` or ``visual_encoder/``. A part that is not there is the base's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peft import PeftModel

from workbench.models.adapters import load_adapter
from workbench.models.precision import Precision
from workbench.models.vision.assembly import assemble, save_language_model
from workbench.models.vision.projector import Projector, read_projector, write_projector
from workbench.models.vision.tower import VisionTower, load_vision_tower
from workbench.models.vision.tower_adapter import load_tower_adapter, save_tower_adapter
from workbench.weights.seeing import (
    LANGUAGE_ADAPTER,
    PROJECTOR,
    SELECTED_LAYER,
    TOWER_ADAPTER,
    WHOLE_TOWER,
    SeeingFolder,
)


@dataclass(frozen=True)
class Parts:
    """One model, and its parts as they are trained: peft models where they have an adapter.

    Args:
        model: the ``LlavaForConditionalGeneration`` around them.
        language_model: a causal language model.
        tower: a vision tower's model.
        processor: the tower's image processor.
    """

    model: Any
    language_model: Any
    tower: Any
    processor: Any


def join(
    language_model: Any,
    tower: VisionTower,
    tokenizer: Any,
    *,
    adapted_tower: Any = None,
    projector: Projector | None = None,
    selected_layer: int = SELECTED_LAYER,
) -> Parts:
    """The model around parts that have their adapters already. What is trained is what asks for gradients; the
    projector does.

    Args:
        language_model: itself, or the peft model around it.
        adapted_tower: the peft model around the tower, if it has an adapter.

    Raises:
        WorkbenchError: see `assemble`.
    """
    bare = language_model.get_base_model() if isinstance(language_model, PeftModel) else language_model
    model = assemble(bare, tower, tokenizer, projector=projector, selected_layer=selected_layer)
    model.model.multi_modal_projector.requires_grad_(True)
    return Parts(model, language_model, tower.model if adapted_tower is None else adapted_tower, tower.processor)


def freeze(part: Any) -> None:
    """No weight of a part is trained."""
    part.requires_grad_(False)


def save_parts(parts: Parts, folder: Path, tokenizer: Any) -> None:
    """Write what is trained, and nothing of what is still the base's."""
    write_projector(parts.model, folder / PROJECTOR)
    if isinstance(parts.language_model, PeftModel):
        parts.language_model.save_pretrained(str(folder / LANGUAGE_ADAPTER), save_embedding_layers=False)
    elif _is_trained(parts.language_model):
        save_language_model(parts.model, folder)
        tokenizer.save_pretrained(folder)
    if isinstance(parts.tower, PeftModel):
        save_tower_adapter(parts.tower, folder / TOWER_ADAPTER)
    elif _is_trained(parts.tower):
        parts.tower.save_pretrained(folder / WHOLE_TOWER)
        parts.processor.save_pretrained(folder / WHOLE_TOWER)


def load_parts(
    folder: SeeingFolder,
    load_language: Callable[[str], Any],
    tokenizer: Any,
    *,
    precision: Precision = "auto",
    trainable: bool = False,
) -> Parts:
    """What `save_parts` or XTuner wrote, on the bases that it was trained on.

    Args:
        load_language: gives the causal language model of a folder or name, in the precision that is wanted.
        precision: number format of the tower and the projector.
        trainable: the adapters are to be trained on.

    Raises:
        WorkbenchError: a part is missing, damaged, or made for another base.
    """
    path = folder.path
    language = load_language(folder.language_model)
    if (path / LANGUAGE_ADAPTER).is_dir():
        language = load_adapter(language, path / LANGUAGE_ADAPTER, trainable=trainable)
    tower = load_vision_tower(folder.visual_encoder, precision=precision)
    adapted = None
    if (path / TOWER_ADAPTER).is_dir():
        adapted = load_tower_adapter(tower, path / TOWER_ADAPTER, trainable=trainable)
    return join(
        language,
        tower,
        tokenizer,
        adapted_tower=adapted,
        projector=read_projector(path),
        selected_layer=folder.visual_select_layer,
    )


def _is_trained(part: Any) -> bool:
    return any(parameter.requires_grad for parameter in part.parameters())
