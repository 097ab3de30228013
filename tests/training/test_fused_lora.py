"""A layer with its adapter in one operation computes what peft computes apart."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from workbench.training.fused_lora import FusedLoraLinear, fuse_adapters

pytestmark = pytest.mark.heavy


def _adapted(*, with_bias: bool = True, **changes: Any) -> Any:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Linear(16, 24, bias=with_bias), nn.Tanh(), nn.Linear(24, 8, bias=with_bias))
    settings = {"r": 4, "lora_alpha": 12, "init_lora_weights": False, "target_modules": ["0", "2"], **changes}
    return get_peft_model(layers, LoraConfig(**settings)).train()


def _fused(model: Any) -> int:
    return sum(isinstance(module, FusedLoraLinear) for module in model.modules())


def _learned(model: Any, dtype: torch.dtype | None = None) -> list[torch.Tensor]:
    """Output and gradients, by chance the same for each model."""
    torch.manual_seed(1)
    given = torch.randn(3, 5, 16, requires_grad=True)
    with torch.autocast("cpu", dtype=dtype, enabled=dtype is not None):
        output = model(given)
    output.float().square().sum().backward()
    return [output.detach(), given.grad, *(one.grad for one in model.parameters() if one.grad is not None)]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_output_and_gradients_are_those_of_peft(bias: bool, dropout: float) -> None:
    usual = _adapted(with_bias=bias, lora_dropout=dropout)
    fused = copy.deepcopy(usual)
    fuse_adapters(fused)
    assert _fused(fused) == 2
    expected, found = _learned(usual), _learned(fused)
    assert len(expected) == len(found) == 6
    for one, other in zip(expected, found, strict=True):
        torch.testing.assert_close(other, one, atol=1e-4, rtol=1e-4)


def test_under_autocast_the_output_has_its_format_and_gradients_that_of_the_weights() -> None:
    usual = _adapted()
    for name, parameter in usual.named_parameters():
        if "lora" not in name:
            parameter.data = parameter.data.bfloat16()
    fused = copy.deepcopy(usual)
    fuse_adapters(fused)
    expected, found = _learned(usual, torch.bfloat16), _learned(fused, torch.bfloat16)
    assert [one.dtype for one in found] == [one.dtype for one in expected]
    for one, other in zip(expected, found, strict=True):
        torch.testing.assert_close(other, one, atol=0.02 * float(one.abs().max()), rtol=0)


def test_the_base_alone_and_a_merged_adapter_are_left_to_peft() -> None:
    usual = _adapted()
    fused = copy.deepcopy(usual)
    fuse_adapters(fused)
    given = torch.randn(2, 16)
    with usual.disable_adapter(), fused.disable_adapter():
        assert torch.equal(usual(given), fused(given))
    assert torch.equal(usual.eval()(given), fused.eval()(given))
    assert torch.equal(usual.merge_and_unload()(given), fused.merge_and_unload()(given))


@pytest.mark.parametrize("changes", [{"use_dora": True}, {"bias": "all"}])
def test_what_is_more_than_a_plain_adapter_stays_as_it_is(changes: dict[str, Any]) -> None:
    model = _adapted(**changes)
    fuse_adapters(model)
    assert _fused(model) == 0
