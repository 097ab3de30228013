"""The order of training rows in which all processes that share a sequence get the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch
from accelerate.data_loader import SeedableRandomSampler
from torch.utils.data import Sampler

from workbench.configs.schema import TrainConfig
from workbench.training.ranks import world_size


class SharedRows(Sampler[int]):
    """Each batch as often as processes share it, one after the other, as batches are dealt out to the processes.

    Args:
        rows: numbers of rows in the order they are trained, each once an epoch; needs ``len``.
        batch: rows of a micro-batch.
        parts: processes that share a sequence.
        groups: groups of such processes; the last round is filled up from the first rows, so that all have the same
            number of whole batches.
    """

    def __init__(self, rows: Any, *, batch: int, parts: int, groups: int) -> None:
        self._rows, self._batch, self._parts, self._round = rows, batch, parts, batch * groups

    def __len__(self) -> int:
        return -(-len(self._rows) // self._round) * self._round * self._parts

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before each epoch."""
        if hasattr(self._rows, "set_epoch"):
            self._rows.set_epoch(epoch)

    def __iter__(self) -> Iterator[int]:
        order = list(self._rows)
        while len(order) % self._round:
            order += order[: -len(order) % self._round]
        rows = iter(order)
        while batch := list(islice(rows, self._batch)):
            for _part in range(self._parts):
                yield from batch


def shared_order(config: TrainConfig, rows: int, order: Any) -> Any:
    """The order with which processes that share sequences get the same rows; ``order`` itself if none do.

    Args:
        rows: how many there are.
        order: of the rows; None draws them by lot, anew in each epoch.
    """
    if config.sequence_parallel_size == 1:
        return order
    drawn = order or SeedableRandomSampler(range(rows), data_seed=config.seed, generator=torch.Generator())
    groups = world_size() // config.sequence_parallel_size
    return SharedRows(drawn, batch=config.batch_size, parts=config.sequence_parallel_size, groups=groups)
