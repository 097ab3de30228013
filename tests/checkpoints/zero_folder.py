"""A DeepSpeed checkpoint folder written from tensors, in DeepSpeed's layout, for any stage and number of ranks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch


def write_zero_folder(
    folder: Path,
    tensors: Mapping[str, torch.Tensor],
    *,
    stage: int,
    ranks: int,
    frozen: Mapping[str, torch.Tensor] | None = None,
    shared: Mapping[str, str] | None = None,
    step: int = 3,
    prefix: str = "bf16_",
    **client_state: Any,
) -> Path:
    """Write the files of all ranks.

    Args:
        prefix: of the optimiser files: ``bf16_``, or nothing for fp16.
        client_state: what a trainer adds to the model states.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for rank in range(ranks):
        vector = _part_3(tensors, rank, ranks) if stage == 3 else _part_2(tensors, rank, ranks)
        save_optimizer(folder, vector, stage=stage, rank=rank, ranks=ranks, step=step, prefix=prefix)
        if stage != 3 and rank:
            continue
        fragments = {
            name: _cut(tensor, rank, ranks) if stage == 3 else tensor for name, tensor in (frozen or {}).items()
        }
        state = {
            "frozen_param_shapes": {name: tensor.shape for name, tensor in frozen.items()} if frozen else None,
            "frozen_param_fragments": fragments if frozen else None,
            "shared_params": dict(shared or {}),
            **client_state,
        }
        shapes = {name: tensor.shape for name, tensor in tensors.items()}
        save_model(folder, shapes, stage=stage, rank=rank, ranks=ranks, step=step, **state)
    return folder


def save_optimizer(
    folder: Path, vector: torch.Tensor, *, stage: int, rank: int, ranks: int, step: int = 3, prefix: str = "bf16_"
) -> None:
    """The optimiser file of a rank."""
    moments = {"state": {0: {"step": torch.tensor(float(step))}}, "param_groups": [{"lr": 1e-4, "params": [0]}]}
    state = {
        "zero_stage": stage,
        "partition_count": ranks,
        "optimizer_state_dict" if stage == 3 else "base_optimizer_state": moments,
        "fp32_flat_groups" if stage == 3 else "single_partition_of_fp32_groups": [vector],
    }
    content = {"optimizer_state_dict": state, "ds_config": {}, "ds_version": "0.16.2"}
    torch.save(content, folder / f"{prefix}zero_pp_rank_{rank}_mp_rank_00_optim_states.pt")


def save_model(
    folder: Path,
    shapes: Mapping[str, torch.Size],
    *,
    stage: int,
    rank: int,
    ranks: int,
    step: int = 3,
    **more: Any,
) -> None:
    """The model state of a rank, or of all with stages 1 and 2."""
    state = {
        "module": {},
        "buffer_names": [],
        "param_shapes": [dict(shapes)],
        "frozen_param_shapes": None,
        "frozen_param_fragments": None,
        "shared_params": {},
        "ds_version": "0.16.2",
        "global_steps": step,
        "global_samples": 8 * step,
        "dp_world_size": ranks,
        **more,
    }
    name = f"zero_pp_rank_{rank}_mp_rank_00" if stage == 3 else "mp_rank_00"
    torch.save(state, folder / f"{name}_model_states.pt")


def _cut(tensor: torch.Tensor, rank: int, ranks: int) -> torch.Tensor:
    """A rank's part of a tensor, the last one padded."""
    flat = tensor.flatten()
    size = math.ceil(flat.numel() / ranks)
    padded = torch.cat([flat, flat.new_zeros(size * ranks - flat.numel())])
    return padded[rank * size : (rank + 1) * size].clone()


def _part_3(tensors: Mapping[str, torch.Tensor], rank: int, ranks: int) -> torch.Tensor:
    return torch.cat([_cut(tensor.float(), rank, ranks) for tensor in tensors.values()])


def _part_2(tensors: Mapping[str, torch.Tensor], rank: int, ranks: int) -> torch.Tensor:
    flat = torch.cat([tensor.float().flatten() for tensor in tensors.values()])
    padded = torch.cat([flat, flat.new_zeros(-flat.numel() % (2 * ranks))])
    return padded.chunk(ranks)[rank].clone()
