"""Which number format is computed in."""

from __future__ import annotations

import pytest
import torch

from workbench.models.precision import choose_precision, dtype_of


@pytest.mark.parametrize(
    ("has_gpu", "has_bf16", "chosen"), [(False, False, "fp32"), (True, True, "bf16"), (True, False, "fp16")]
)
def test_auto_is_the_best_that_the_hardware_has(
    monkeypatch: pytest.MonkeyPatch, has_gpu: bool, has_bf16: bool, chosen: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: has_bf16)
    assert choose_precision("auto") == chosen


def test_what_is_asked_for_is_taken() -> None:
    assert choose_precision("bf16") == "bf16"
    assert dtype_of("fp16") is torch.float16
