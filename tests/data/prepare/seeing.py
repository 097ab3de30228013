"""Trainings of models that see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.data.pack import Packed
from workbench.data.training_set import TrainingSet


def seeing(data: Path | str | list[str], **changes: Any) -> TrainConfig:
    fields = {
        "pretrained_model_name_or_path": "sample:model",
        "visual_encoder_name_or_path": "sample:vision_tower",
        "data_path": data if isinstance(data, list) else str(data),
        "prompt_template": "internlm2_chat",
        "max_length": 64,
    }
    return TrainConfig.model_validate(fields | changes)


def rows_of(made: TrainingSet) -> list[Packed]:
    return [made.rows[number] for number in range(len(made.rows))]
