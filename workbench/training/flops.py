"""How much of a GPU's arithmetic a training uses: model FLOPs utilisation (MFU, arXiv:2204.02311, appendix B)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from workbench.configs.flops import ModelFlops, peak_flops
from workbench.configs.schema import TrainConfig
from workbench.data.prepare.report import DataReport
from workbench.models.precision import Precision


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
