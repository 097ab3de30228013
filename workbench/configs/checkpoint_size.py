"""How large a checkpoint will be."""

from __future__ import annotations

from workbench.configs.memory.numbers import numbers_of
from workbench.configs.memory.optimizers import state_bytes
from workbench.configs.memory.weights import language_part, seeing_part
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import shape_of
from workbench.configs.tower_shapes import tower_shape_of


def checkpoint_bytes(config: TrainConfig) -> int | None:
    """What is trained (the whole model for full and freeze) with the optimiser's state; None if sizes are not known."""
    shape = shape_of(config.pretrained_model_name_or_path)
    tower = tower_shape_of(config.visual_encoder_name_or_path) if config.visual_encoder_name_or_path else None
    if shape is None or (config.visual_encoder_name_or_path and tower is None):
        return None
    numbers = numbers_of(config, devices=1, on_cpu=False)
    language, seeing = language_part(config, shape, numbers), seeing_part(config, shape, tower, numbers)
    trained = language.trained + seeing.trained
    whole = config.method in {"full", "freeze"} and not config.freeze_llm
    weights = language.weight_bytes + seeing.trained * numbers.trained if whole else trained * numbers.trained
    return weights + state_bytes(config.optim_type, trained, language.trained_in_layers) + trained * numbers.master
