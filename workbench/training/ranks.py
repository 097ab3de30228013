"""The processes that train together. Without a launcher there is one, of rank 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist

from workbench.training.ranks_environment import rank, world_size

__all__ = ["barrier", "gather_lists", "gathers_gradients", "rank", "sum_over_ranks", "world_size"]


def gathers_gradients() -> bool:
    """Whether a launcher started this process. torch then waits for the gradient of every trained weight in every step,
    also if the process is the only one."""
    return dist.is_initialized()


def barrier() -> None:
    """Wait for all ranks."""
    if world_size() > 1:
        dist.barrier()


def sum_over_ranks(values: Sequence[float]) -> list[float]:
    """Each value added up over all ranks; every rank gets the sums."""
    if world_size() == 1:
        return list(values)
    device = torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else "cpu"
    sums = torch.tensor(values, dtype=torch.float64, device=device)
    dist.all_reduce(sums)
    return [float(value) for value in sums.tolist()]


def gather_lists(values: list[Any]) -> list[list[Any]]:
    """Every rank's list, in the order of the ranks."""
    if world_size() == 1:
        return [values]
    gathered: list[Any] = [None] * world_size()
    dist.all_gather_object(gathered, values)
    return gathered
