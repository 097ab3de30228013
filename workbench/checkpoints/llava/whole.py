"""A LLaVA model whose parts are whole: trained, merged from an adapter, or as their bases are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.weights.seeing import SELECTED_LAYER


@dataclass(frozen=True)
class WholeLlava:
    """Weights are made when their turn to be written comes.

    Args:
        where: what the model is made from, to name where something does not fit.
        language: the files of the language model, its tokenizer beside it.
        text: its weights by their names on disk.
        text_changes: what its config says otherwise than ``language`` does; ``dtype`` is there always.
        vision: the files of the vision tower; ``vision_name``: what its user calls it.
        tower: its weights; each name begins with ``vision_model.``.
        projector: by XTuner's names; ``projector_settings``: fields of its ``config.json``.
        prompt_template: the name of the dialogue format, if one is known.
    """

    where: Path
    language: ModelFiles
    text: list[PlannedTensor]
    text_changes: dict[str, Any]
    vision: ModelFiles
    vision_name: str
    tower: list[PlannedTensor]
    tower_is_trained: bool
    projector: list[PlannedTensor]
    projector_settings: dict[str, Any]
    prompt_template: str | None = None
    selected_layer: int = SELECTED_LAYER
    pad_image_to_square: bool = True
