"""What a training will need, before it is started: memory per device, iterations and optimiser steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from workbench.configs.deepspeed_names import zero_stage
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import ModelShape, shape_of
from workbench.configs.tower_shapes import TowerShape, projector_parameters, tower_shape_of

_CONTEXT_BYTES = 600 * 1024**2  # CUDA context, kernels, allocator slack
_ADAM_BYTES = 8  # two fp32 moments a weight


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes on each device, by what they hold. An estimate: expect it to be right within about a third."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    overhead: int

    @property
    def total(self) -> int:
        """Everything together, in bytes."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.logits + self.overhead


@dataclass(frozen=True)
class StepEstimate:
    """How long a training is. Iterations are micro-batches of one device; steps are optimiser steps."""

    samples: int
    iters_per_epoch: int
    steps_per_epoch: int
    iters: int
    steps: int


def estimate_memory(
    config: TrainConfig, *, devices: int = 1, on_cpu: bool = False, longest: int | None = None
) -> MemoryEstimate | None:
    """Memory of one of ``devices`` that train together; None if the model's sizes are not known without loading it.

    Mixed precision keeps 2 bytes of weight, 2 of gradient, 4 of fp32 master weight and 8 of Adam moments for every
    trained parameter; ZeRO-1 shares the last two among the devices, ZeRO-2 the gradients too, ZeRO-3 the weights too
    (https://arxiv.org/abs/1910.02054). 4-bit weights take half a byte and the scale of each block of 64. A model that
    sees has one picture in each sample.

    Args:
        longest: tokens of the longest sample, a picture counting as one; samples that are not packed take no more
            room. None takes ``max_length``.
    """
    shape = shape_of(config.pretrained_model_name_or_path)
    tower = tower_shape_of(config.visual_encoder_name_or_path) if config.visual_encoder_name_or_path else None
    if shape is None or (config.sees and tower is None):
        return None
    element = 4 if config.precision == "fp32" or (config.precision == "auto" and on_cpu) else 2
    stage = zero_stage(config.deepspeed)
    language, seeing = _language_parts(config, shape, element), _seeing_parts(config, shape, tower, element)
    trained = language.trained + seeing.trained
    master = 4 if element == 2 else 0
    optimizer_bytes = 0 if config.deepspeed.endswith("_offload") else trained * (_ADAM_BYTES + master)
    length = config.max_length if longest is None or config.packing != "none" else min(longest, config.max_length)
    tokens = _tokens_per_device(config, length, tower)
    keeps_all = _keeps_activations(config, on_cpu=on_cpu)
    activations = _language_activations(config, shape, tokens, element, keeps_all=keeps_all)
    if tower is not None:
        activations += _tower_activations(config, tower, element, keeps_all=keeps_all)
    return MemoryEstimate(
        weights=_shared(language.weight_bytes + seeing.weight_bytes, devices, stage >= 3),
        gradients=_shared(trained * element, devices, stage >= 2),
        optimizer=_shared(optimizer_bytes, devices, stage >= 1),
        activations=activations,
        # the logits, their fp32 copy, and the fp32 gradient
        logits=tokens * shape.vocabulary * (element + 8),
        overhead=0 if on_cpu else _CONTEXT_BYTES,
    )


def _shared(size: int, devices: int, sharded: bool) -> int:
    return math.ceil(size / devices) if sharded else size


class _Part(NamedTuple):
    """What a part of the model takes: bytes of all its weights, and how many weights are trained."""

    weight_bytes: int
    trained: int


def _language_parts(config: TrainConfig, shape: ModelShape, element: int) -> _Part:
    weight_bytes = _weight_bytes(config, shape, element)
    if config.freeze_llm:
        return _Part(weight_bytes, 0)
    if config.method == "full":
        return _Part(weight_bytes, shape.parameters)
    adapter = shape.adapter_parameters(config.lora.r)
    return _Part(weight_bytes + adapter * element, adapter)


def _seeing_parts(config: TrainConfig, shape: ModelShape, tower: TowerShape | None, element: int) -> _Part:
    """The projector, which is always trained, and the tower, which is not needed where every feature is known."""
    if tower is None:
        return _Part(0, 0)
    way, projector = config.visual_encoder_method, projector_parameters(tower, shape.hidden_size)
    adapter = tower.adapter_parameters(config.visual_encoder_lora.r) if way == "lora" else 0
    trained = projector + (tower.parameters if way == "full" else adapter)
    held = 0 if way == "frozen" and config.cache_image_features is True else tower.parameters
    return _Part((projector + adapter + held) * element, trained)


def _weight_bytes(config: TrainConfig, shape: ModelShape, element: int) -> int:
    if config.method != "qlora":
        return shape.parameters * element
    # One fp32 scale per 64 weights, or one byte and a further fp32 scale per 256 of those.
    scale = (1 + 4 / 256) / 64 if config.quantization.bnb_4bit_use_double_quant else 4 / 64
    # preparing a 4-bit base for training turns whatever is not quantised into fp32
    return math.ceil(shape.linear_parameters * (0.5 + scale)) + shape.other_parameters * 4


def _keeps_activations(config: TrainConfig, *, on_cpu: bool) -> bool:
    """Whether the inside of every layer is kept for the backward pass, instead of being computed again."""
    checkpointing = config.use_activation_checkpointing
    return checkpointing is False or (checkpointing == "auto" and on_cpu)


def _language_activations(config: TrainConfig, shape: ModelShape, tokens: int, element: int, *, keeps_all: bool) -> int:
    """What the backward pass needs: with checkpointing one input per layer and the inside of one layer at a time."""
    inside_of_layer = (
        tokens * element * (8 * shape.hidden_size + 2 * shape.key_value_width + 4 * shape.intermediate_size)
    )
    if config.attn_implementation == "eager":
        inside_of_layer += tokens * config.max_length * shape.heads * (element + 4)
    if keeps_all:
        return shape.layers * inside_of_layer
    return shape.layers * tokens * shape.hidden_size * element + inside_of_layer


def _tower_activations(config: TrainConfig, tower: TowerShape, element: int, *, keeps_all: bool) -> int:
    """The same of the tower; a frozen one needs the inside of one layer at a time."""
    places = config.batch_size * (tower.patches + 1)
    inside_of_layer = places * element * (10 * tower.hidden_size + 2 * tower.intermediate_size)
    if config.visual_encoder_method == "frozen":
        return 0 if config.cache_image_features is True else inside_of_layer
    if keeps_all:
        return tower.layers * inside_of_layer
    return tower.layers * places * tower.hidden_size * element + inside_of_layer


def _tokens_per_device(config: TrainConfig, length: int, tower: TowerShape | None) -> int:
    places = length + (tower.patches - 1 if tower is not None else 0)
    return config.batch_size * places // config.sequence_parallel_size


def estimate_steps(config: TrainConfig, *, rows: int, tokens: int | None = None, devices: int = 1) -> StepEstimate:
    """Iterations and optimiser steps, counted as the trainer counts them.

    Each epoch's last optimiser step may hold fewer than ``accumulative_counts`` iterations, so the steps of an epoch
    are rounded up before they are multiplied.

    Args:
        rows: training samples before packing.
        tokens: tokens of all samples together; needed to know the number of packs.
        devices: processes that train together.
    """
    samples = rows
    if config.packing != "none" and tokens is not None:
        samples = math.ceil(tokens / config.max_length)
    data_parallel = max(devices // config.sequence_parallel_size, 1)
    iters_per_epoch = max(math.ceil(samples / (config.batch_size * data_parallel)), 1)
    steps_per_epoch = math.ceil(iters_per_epoch / config.accumulative_counts)
    iters = config.max_iters or iters_per_epoch * config.max_epochs
    whole_epochs, rest = divmod(iters, iters_per_epoch)
    steps = whole_epochs * steps_per_epoch + math.ceil(rest / config.accumulative_counts)
    return StepEstimate(samples, iters_per_epoch, steps_per_epoch, iters, steps)
