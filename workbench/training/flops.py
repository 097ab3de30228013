"""How much of a GPU's arithmetic a training uses: model FLOPs utilisation (MFU, arXiv:2204.02311, appendix B)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import torch

from workbench.configs.schema import TrainConfig
from workbench.data.prepare.report import DataReport
from workbench.models.precision import Precision

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


def model_flops(model: Any) -> ModelFlops | None:
    """What there is to count of a language model; None of a model that sees, where parts take other tokens."""
    config = model.config
    if hasattr(config, "vision_config") or not hasattr(config, "num_hidden_layers"):
        return None
    table = model.get_input_embeddings().weight
    is_tied = model.get_output_embeddings() is not None and model.get_output_embeddings().weight is table
    counted = [parameter for parameter in model.parameters() if is_tied or parameter is not table]
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return ModelFlops(
        parameters=sum(_size(parameter) for parameter in counted),
        trained=sum(_size(parameter) for parameter in counted if parameter.requires_grad),
        layers=config.num_hidden_layers,
        width=head * config.num_attention_heads,
    )


@dataclass(frozen=True)
class Utilisation:
    """What the model needs for a token, and what all devices together can do in a second, in FLOPs."""

    per_token: float
    peak: float

    def share(self, tokens_per_second: float) -> float:
        """The MFU, 0–1, at so many tokens a second of all devices."""
        return self.per_token * tokens_per_second / self.peak


def utilisation(model: Any, precision: Precision, *, length: float, devices: int) -> Utilisation | None:
    """How a training's MFU is computed; None where the model's operations or the GPU's peak are not known.

    Args:
        length: tokens that a token sees on average are half of this: the mean length of a sample, or of a pack whose
            samples see each other.
    """
    flops, peak = model_flops(model), device_peak(precision)
    return Utilisation(flops.per_token(length), peak * devices) if flops and peak else None


def sample_length(config: TrainConfig, report: DataReport) -> float:
    """Mean tokens of what attention works on: a sample, or a pack whose samples see each other."""
    rows = report.samples if config.separates_samples or config.packing == "none" else report.packs
    return report.tokens / max(rows, 1)


def device_peak(precision: Precision) -> float | None:
    """FLOP/s of the GPU that this process uses; None on a CPU, in fp32, and on GPUs that are not known."""
    if not torch.cuda.is_available() or precision == "fp32":
        return None
    return peak_flops(torch.cuda.get_device_name())


def _size(parameter: Any) -> int:
    """The weights in a parameter: those of 4 bits are packed, and under ZeRO-3 a parameter is empty on its own."""
    shape = getattr(getattr(parameter, "quant_state", None), "shape", None)
    if shape is not None:
        return int(shape.numel())
    return int(getattr(parameter, "ds_numel", parameter.numel()))
