"""The order of training rows in which a batch holds rows of one kind and of like length, so that little is padded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

_BATCHES_SORTED = 50
"""Rows are drawn at random in stretches of so many batches, and sorted within."""


class LengthGroups(Sampler[int]):
    """Numbers of rows, each once an epoch; another order in each.

    Args:
        lengths: tokens of each row.
        has_pictures: whether each row has pictures; those with and those without do not share a batch, but one.
        batch: rows that are trained together: of all devices, and of all micro-batches of an optimiser step.
    """

    def __init__(self, lengths: Sequence[int], has_pictures: Sequence[bool], *, batch: int, seed: int) -> None:
        self._lengths, self._has_pictures = lengths, has_pictures
        self._batch, self._seed, self._epoch = batch, seed, 0

    def __len__(self) -> int:
        return len(self._lengths)

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before each epoch."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator()
        generator.manual_seed(self._seed + self._epoch)
        whole: list[list[int]] = []
        rest: list[int] = []
        for wanted in (True, False):
            numbers = [number for number, has in enumerate(self._has_pictures) if bool(has) is wanted]
            batches = self._grouped(numbers, generator)
            if batches and len(batches[-1]) < self._batch:
                rest += batches.pop()
            whole += batches
        order = torch.randperm(len(whole), generator=generator).tolist()
        for place in order:
            yield from whole[place]
        yield from rest

    def _grouped(self, numbers: list[int], generator: torch.Generator) -> list[list[int]]:
        """Batches of like length; the last one may be smaller."""
        drawn = [numbers[place] for place in torch.randperm(len(numbers), generator=generator).tolist()]
        stretch = self._batch * _BATCHES_SORTED
        ordered = [
            number
            for start in range(0, len(drawn), stretch)
            for number in sorted(drawn[start : start + stretch], key=lambda row: -self._lengths[row])
        ]
        return [ordered[start : start + self._batch] for start in range(0, len(ordered), self._batch)]
