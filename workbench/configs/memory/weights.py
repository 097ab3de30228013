"""Weights: how much they take, and how many of them are trained."""

from __future__ import annotations

import math
from typing import NamedTuple

from workbench.configs.memory.numbers import Numbers
from workbench.configs.method_settings import LoraSettings
from workbench.configs.model_shape import ModelShape
from workbench.configs.schema import TrainConfig
from workbench.configs.tower_shapes import TowerShape, projector_parameters

LINEAR_NAMES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The linear maps of a layer, in the order of `ModelShape.linear_shapes`."""
_EMBEDDINGS = {"embed_tokens", "tok_embeddings", "lm_head", "output"}


class Part(NamedTuple):
    """What a part of the model takes: bytes of all its weights, how many are trained, and how many of these linear maps
    of layers hold."""

    weight_bytes: int
    trained: int
    trained_in_layers: int = 0


def language_part(config: TrainConfig, shape: ModelShape, numbers: Numbers) -> Part:
    """The language model with what is added to it."""
    base = _quantised_bytes(config, shape) if config.method == "qlora" else shape.parameters * numbers.frozen
    if config.freeze_llm:
        return Part(base, 0)
    if config.method == "full":
        return Part(shape.parameters * numbers.trained, shape.parameters, shape.linear_parameters)
    if config.method == "freeze":
        in_layers = shape.linear_parameters * min(config.freeze.last_layers, shape.layers) // shape.layers
        trained = in_layers + _named_embeddings(config.freeze.modules, shape) + shape.hidden_size
        return Part(base + trained * (numbers.trained - numbers.frozen), trained, in_layers)
    adapter = adapter_parameters(config.lora, shape) + _named_embeddings(config.lora.modules_to_save or [], shape)
    return Part(base + adapter * numbers.trained, adapter)


def adapted_maps(settings: LoraSettings) -> list[int]:
    """Which of a layer's linear maps get an adapter, by their place in `LINEAR_NAMES`; a pattern counts as all."""
    named = settings.target_modules
    if not isinstance(named, list):
        return list(range(len(LINEAR_NAMES)))
    chosen = [place for place, name in enumerate(LINEAR_NAMES) if name in named]
    return chosen or list(range(len(LINEAR_NAMES)))


def adapter_parameters(settings: LoraSettings, shape: ModelShape) -> int:
    """Weights of a language model's adapter; DoRA has one more for each output."""
    maps = [shape.linear_shapes[place] for place in adapted_maps(settings)]
    magnitudes = sum(outputs for _inputs, outputs in maps) if settings.use_dora else 0
    return shape.layers * (sum(settings.r * (inputs + outputs) for inputs, outputs in maps) + magnitudes)


def seeing_part(config: TrainConfig, shape: ModelShape, tower: TowerShape | None, numbers: Numbers) -> Part:
    """The projector, which is always trained, and the tower, which is not needed where every feature is known."""
    if tower is None:
        return Part(0, 0)
    way, projector = config.visual_encoder_method, projector_parameters(tower, shape.hidden_size)
    adapter = tower.adapter_parameters(config.visual_encoder_lora.r) if way == "lora" else 0
    trained = projector + (tower.parameters if way == "full" else adapter)
    held = 0 if way == "full" or (way == "frozen" and config.cache_image_features is True) else tower.parameters
    return Part(trained * numbers.trained + held * numbers.computed, trained)


def _named_embeddings(names: list[str], shape: ModelShape) -> int:
    """Weights of the embedding and the output head, as far as they are named."""
    return shape.vocabulary * shape.hidden_size * len(_EMBEDDINGS.intersection(names))


def _quantised_bytes(config: TrainConfig, shape: ModelShape) -> int:
    """Linear maps in a byte or half of one with their scales, the rest in fp32.

    One fp32 scale per 64 weights, or one byte and a further fp32 scale per 256 of those (QLoRA, arXiv:2305.14314); one
    fp32 scale a row in 8 bits (LLM.int8, arXiv:2208.07339).
    """
    settings = config.quantization
    if settings.load_in_8bit:
        rows = shape.layers * sum(outputs for _inputs, outputs in shape.linear_shapes)
        return shape.linear_parameters + rows * 4 + shape.other_parameters * 4
    scale = (1 + 4 / 256) / 64 if settings.bnb_4bit_use_double_quant else 4 / 64
    return math.ceil(shape.linear_parameters * (0.5 + scale)) + shape.other_parameters * 4
