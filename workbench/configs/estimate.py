"""What a training will need, before it is started: memory per device, iterations and optimiser steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.configs.memory.activations import keeps_activations, language_activations, tower_activations
from workbench.configs.memory.head import head_bytes, trains_head
from workbench.configs.memory.numbers import Numbers, numbers_of
from workbench.configs.memory.optimizers import bytes_in_step, state_bytes
from workbench.configs.memory.weights import language_part, seeing_part
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import shape_of
from workbench.configs.tower_shapes import TowerShape, tower_shape_of

_CONTEXT_BYTES = 600 * 1024**2
"""CUDA's context and kernels, and what its allocator holds without using it."""
_PROCESS_BYTES = 520 * 1024**2
"""Python with torch and transformers, measured, on a CPU."""

_HEAP = 1.65
_HEAP_QUANTISED = 2.0
"""What activations take on a CPU for each byte that is used: the C library keeps pieces that it cannot join again, more of
them where weights are restored for each product (fitted to nine measured trainings: 1.45 to 1.88, and 1.93 to 2.27).
With checkpointing it keeps none, see `workbench.training.allocator`."""


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes on each device when most of them are taken, by what they hold.

    Where every iteration is an optimiser step, there are no gradients yet when activations are most; ``activations`` is
    what these take beyond the room of the gradients then. ``overhead`` is what the process takes before there is a model.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    overhead: int

    @property
    def total(self) -> int:
        """Everything together, in bytes."""
        return self.without_batch + self.activations + self.logits

    @property
    def without_batch(self) -> int:
        """What is needed however small a batch is, in bytes."""
        return self.weights + self.gradients + self.optimizer + self.overhead


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

    ZeRO-1 shares the optimiser's state and the fp32 copies among the devices, ZeRO-2 the gradients too, ZeRO-3 the
    weights too (https://arxiv.org/abs/1910.02054); offloading takes the state out of the device. A model that sees has
    one picture in each sample. Every token is counted as trained.

    Args:
        longest: tokens of the longest sample, a picture counting as one; samples that are not packed take no more
            room. None takes ``max_length``.
    """
    shape = shape_of(config.pretrained_model_name_or_path)
    tower = tower_shape_of(config.visual_encoder_name_or_path) if config.visual_encoder_name_or_path else None
    if shape is None or (config.visual_encoder_name_or_path and tower is None):
        return None
    numbers = numbers_of(config, devices=devices, on_cpu=on_cpu)
    language, seeing = language_part(config, shape, numbers), seeing_part(config, shape, tower, numbers)
    trained = language.trained + seeing.trained
    gradients = _shared(trained * numbers.trained, devices, numbers.stage >= 2)
    if devices > 1 and numbers.stage == 0:
        gradients *= 2  # the buckets in which they are sent
    length = config.max_length if longest is None or config.packing != "none" else min(longest, config.max_length)
    tokens = _tokens_per_device(config, length, tower)
    logits = head_bytes(config, shape, tokens, numbers)
    activations = language_activations(config, shape, tokens, numbers)
    if tower is not None:
        activations += tower_activations(config, tower, numbers)
    if numbers.casts_weights:
        activations += language.trained_in_layers * numbers.computed
    if on_cpu and keeps_activations(config, on_cpu=True):
        activations = round(activations * (_HEAP_QUANTISED if config.method == "qlora" else _HEAP))
    in_step = bytes_in_step(config.optim_type, shape, trains_embeddings=trains_head(config))
    if config.accumulative_counts > 1:
        activations = max(activations, in_step - logits)
    else:
        activations = max(activations - gradients, in_step - logits, -logits)
    return MemoryEstimate(
        weights=_shared(language.weight_bytes + seeing.weight_bytes, devices, numbers.stage >= 3),
        gradients=gradients,
        optimizer=_optimizer_bytes(config, trained, language.trained_in_layers, numbers, devices),
        activations=max(activations, 0),
        logits=logits + min(activations, 0),
        overhead=_PROCESS_BYTES if on_cpu else _CONTEXT_BYTES,
    )


def _optimizer_bytes(config: TrainConfig, trained: int, in_layers: int, numbers: Numbers, devices: int) -> int:
    """The state and, under DeepSpeed, the fp32 copies of what is trained."""
    if config.deepspeed.endswith("_offload"):
        return 0
    size = state_bytes(config.optim_type, trained, in_layers) + trained * numbers.master
    return _shared(size, devices, numbers.stage >= 1)


def _shared(size: int, devices: int, sharded: bool) -> int:
    return math.ceil(size / devices) if sharded else size


def _tokens_per_device(config: TrainConfig, length: int, tower: TowerShape | None) -> int:
    """Tokens of a micro-batch; two answers are compared in stages that learn from that."""
    places = length + (tower.patches - 1 if tower is not None else 0)
    answers = 2 if config.stage in {"dpo", "orpo", "reward"} else 1
    return answers * config.batch_size * places // config.sequence_parallel_size


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
