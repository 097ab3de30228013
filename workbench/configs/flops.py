"""How much arithmetic a training is, and how much a GPU can do in a second."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.configs.memory.activations import keeps_activations
from workbench.configs.memory.numbers import numbers_of
from workbench.configs.memory.weights import language_part
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import shape_of
from workbench.configs.tower_shapes import tower_shape_of

_PEAK_TFLOPS = (
    (r"B200", 2250.0),  # NVIDIA Blackwell datasheet: 4.5 PFLOPS with sparsity
    (r"GH200|H200", 989.4),  # NVIDIA H200 datasheet: 1979 with sparsity
    (r"H20", 148.0),  # NVIDIA H20 datasheet
    (r"H100 PCIe", 756.0),  # NVIDIA H100 datasheet, PCIe: 1513 with sparsity
    (r"H100 NVL", 835.0),  # NVIDIA H100 datasheet, NVL: 1671 with sparsity
    (r"H100|H800", 989.4),  # NVIDIA H100 datasheet, SXM: 1979 with sparsity
    (r"A100|A800", 312.0),  # NVIDIA A100 datasheet
    (r"L40S", 362.0),  # NVIDIA L40S datasheet: 733 with sparsity
    (r"L40", 181.0),  # NVIDIA L40 datasheet
    (r"L4", 121.0),  # NVIDIA L4 datasheet: 242 with sparsity
    (r"A40", 149.7),  # NVIDIA A40 datasheet
    (r"A30", 165.0),  # NVIDIA A30 datasheet
    (r"A10", 125.0),  # NVIDIA A10 datasheet
    (r"RTX A6000", 154.8),  # NVIDIA RTX A6000 datasheet
    (r"RTX 4090(?! D| Laptop)", 165.2),  # NVIDIA Ada architecture white paper, accumulating in fp32
    (r"RTX 3090(?! Ti)", 71.0),  # NVIDIA Ampere GA102 white paper, accumulating in fp32
    (r"V100-PCIE", 112.0),  # NVIDIA V100 datasheet (fp16)
    (r"V100", 125.0),  # NVIDIA V100 datasheet (fp16)
    (r"T4", 65.0),  # NVIDIA T4 datasheet (fp16)
)
"""Device name → dense half-precision TFLOP/s, the first that fits; by the sources named."""


def peak_flops(device_name: str) -> float | None:
    """FLOP/s of one GPU in bf16 or fp16 without sparsity; None if the GPU is not known."""
    return next((peak * 1e12 for name, peak in _PEAK_TFLOPS if re.search(rf"\b(?:{name})\b", device_name)), None)


@dataclass(frozen=True)
class ModelFlops:
    """Parameters that every token is multiplied with, those of them that are trained, and the shape of attention.

    Args:
        width: of a token in attention: heads × size of a head.
    """

    parameters: int
    trained: int
    layers: int
    width: int

    def per_token(self, length: float) -> float:
        """FLOPs of forward and backward for one token in samples of ``length`` tokens on average.

        Two for each parameter forward, two backward for the gradient that goes on to the layer below, and two more
        for the gradient of each trained parameter: 6 N if all are trained (Kaplan et al., arXiv:2001.08361). Attention
        takes 12 · layers · width · length over forward and backward, of which a causal model needs half. What
        activation checkpointing computes twice does not count.
        """
        return 4.0 * self.parameters + 2.0 * self.trained + 6.0 * self.layers * self.width * length

    def forward_per_token(self, length: float) -> float:
        """The part of it that is forward."""
        return 2.0 * self.parameters + 2.0 * self.layers * self.width * length


@dataclass(frozen=True)
class Iteration:
    """What one micro-batch of one device holds, on average; ``length``: tokens that attention works on together."""

    tokens: float
    samples: float
    length: float


def iteration_flops(config: TrainConfig, iteration: Iteration, *, on_cpu: bool) -> float | None:
    """FLOPs of a micro-batch with all that is computed twice; None if the model's sizes are not known.

    Activation checkpointing adds a forward pass, DPO one of the model that is compared with; two answers are compared
    in stages that learn from that. A tower that is trained counts as three forward passes, a frozen one as one.
    """
    shape = shape_of(config.pretrained_model_name_or_path)
    tower = tower_shape_of(config.visual_encoder_name_or_path) if config.visual_encoder_name_or_path else None
    if shape is None or (config.visual_encoder_name_or_path and tower is None):
        return None
    trained = language_part(config, shape, numbers_of(config, devices=1, on_cpu=on_cpu)).trained
    added = trained if config.has_adapter else 0
    flops = ModelFlops(
        parameters=shape.linear_parameters + shape.vocabulary * shape.hidden_size + added,
        trained=trained,
        layers=shape.layers,
        width=shape.attention_width,
    )
    length, tokens = iteration.length, iteration.tokens
    seen = 0.0
    if tower is not None:
        length, tokens = length + tower.patches - 1, tokens + iteration.samples * (tower.patches - 1)
        passes = 1 if config.visual_encoder_method == "frozen" else 3
        seen = 2.0 * tower.parameters * tower.patches * iteration.samples * passes
        if config.cache_image_features is True:
            seen = 0.0
    forwards = (not keeps_activations(config, on_cpu=on_cpu)) + (config.stage == "dpo")
    answers = 2 if config.stage in {"dpo", "orpo", "reward"} else 1
    each = flops.per_token(length) + forwards * flops.forward_per_token(length)
    return answers * tokens / config.sequence_parallel_size * each + seen
