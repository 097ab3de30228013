"""The product of two LoRA factors, added to a weight a block of rows at a time.

A block stays in the processor's cache, where the whole product would pass through memory four times; each value is made
by the same operations in the same order, so it is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

_BLOCK_BYTES = 2**20
_LEAST_ROWS = 64
"""Products of a few rows are made by another routine, which rounds otherwise; equal blocks have at least half of it."""


def add_product(weight: torch.Tensor, first: torch.Tensor, second: torch.Tensor, scaling: float) -> None:
    """Add ``second @ first * scaling`` to a weight in place (arXiv:2106.09685).

    Args:
        weight: ``[out, in]``, of any floating-point format.
        first: A, fp32 ``[r, in]``.
        second: B, fp32 ``[out, r]``.
    """
    if weight.shape[0] < _LEAST_ROWS:
        weight += (second @ first) * scaling
        return
    rows = max(_LEAST_ROWS, _BLOCK_BYTES // (first.element_size() * max(first.shape[1], 1)))
    count = -(-weight.shape[0] // rows)
    block = torch.empty(min(rows, weight.shape[0]), first.shape[1])
    with _one_thread():
        for part, factor in zip(weight.tensor_split(count), second.tensor_split(count), strict=True):
            product = block[: len(part)]
            torch.mm(factor, first, out=product)
            product *= scaling
            part += product


@contextmanager
def _one_thread() -> Iterator[None]:
    """Blocks are too small to be shared among threads; the other cores write meanwhile."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
