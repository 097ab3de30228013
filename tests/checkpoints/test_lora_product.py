"""The product in blocks is the whole product, to the last bit."""

from __future__ import annotations

import pytest
import torch

from workbench.checkpoints.lora_product import add_product

SHAPES = [
    (2048, 64, 2048),
    (1030, 64, 8192),
    (9001, 16, 777),
    (513, 1, 40),
    (37, 3, 30),
    (2000, 1000, 500),
    (5, 4, 90_000),
    (129, 8, 4096),
    (65, 8, 30_000),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_is_the_whole_product(shape: tuple[int, int, int], dtype: torch.dtype) -> None:
    rows, rank, columns = shape
    torch.manual_seed(0)
    second, first = torch.randn(rows, rank), torch.randn(rank, columns)
    weight = torch.randn(rows, columns).to(dtype)
    expected = weight.clone()
    expected += (second @ first) * 0.21875
    threads = torch.get_num_threads()
    add_product(weight, first, second, 0.21875)
    assert torch.equal(weight, expected)
    assert torch.get_num_threads() == threads
