"""What optimisers keep for each trained weight, and what they need while they step."""

from __future__ import annotations

from typing import NamedTuple

from workbench.configs.model_shape import ModelShape


class _Kept(NamedTuple):
    """Bytes for each trained weight: kept from step to step, and needed once more for the largest tensor in a step."""

    state: int
    in_step: int


_ADAMW = _Kept(8, 4)
_KEPT = {
    "adamw": _Kept(8, 0),
    "adamw_torch": _ADAMW,
    "adamw_fused": _Kept(8, 0),
    "adamw_torch_fused": _Kept(8, 0),
    "adamw8bit": _Kept(2, 0),
    "adamw_bnb_8bit": _Kept(2, 0),
    "adamw_8bit": _Kept(2, 0),
    "pagedadamw8bit": _Kept(2, 0),
    "paged_adamw_8bit": _Kept(2, 0),
    "pagedadamw32bit": _Kept(8, 0),
    "paged_adamw_32bit": _Kept(8, 0),
    "ademamix": _Kept(12, 0),
    "ademamix8bit": _Kept(3, 0),
    "pagedademamix8bit": _Kept(3, 0),
    "lion": _Kept(4, 0),
    "lion8bit": _Kept(1, 0),
    "pagedlion8bit": _Kept(1, 0),
    "rmsprop": _Kept(4, 4),
    "rmsprop8bit": _Kept(1, 0),
    "adagrad": _Kept(4, 4),
    "sgd": _Kept(0, 0),
    "adafactor": _Kept(0, 12),  # a row and a column a matrix; three matrices while it steps
    "muon": _Kept(4, 12),
}


def _kept(optim_type: str) -> _Kept:
    return _KEPT.get(optim_type.lower(), _ADAMW)


def state_bytes(optim_type: str, trained: int, in_layers: int) -> int:
    """What is kept. Muon keeps one number for each weight of a matrix in a layer, and AdamW's two for all others."""
    state = _kept(optim_type).state
    if optim_type.lower() == "muon":
        return state * in_layers + _ADAMW.state * (trained - in_layers)
    return state * trained


def bytes_in_step(optim_type: str, shape: ModelShape, *, trains_embeddings: bool) -> int:
    """What is needed besides, for the largest tensor, which no other shares the time with."""
    largest = max(inputs * outputs for inputs, outputs in shape.linear_shapes)
    if trains_embeddings:
        largest = max(largest, shape.vocabulary * shape.hidden_size)
    return _kept(optim_type).in_step * largest
