"""Weights in few bits train right, whatever was asked of the model in between."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from workbench.configs.method_settings import LoraSettings, QuantizationSettings
from workbench.configs.model_settings import Method
from workbench.models.adapters import add_adapter
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy
TOKENS = torch.tensor([[1, 5, 9, 13, 17, 21, 25, 29]])


@pytest.fixture
def adapted() -> Any:
    """The sample model in 4 bits with an adapter whose both halves matter."""
    torch.manual_seed(0)
    model = load_language_model("sample:model", method="qlora", precision="fp32")
    adapted = add_adapter(model, LoraSettings(r=4, lora_alpha=4, lora_dropout=0.0), "qlora")
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)
    return adapted


def gradients(model: Any) -> dict[str, torch.Tensor]:
    """The gradient of every trained parameter for one batch."""
    model.train()
    model.zero_grad()
    model(input_ids=TOKENS, labels=TOKENS).loss.backward()
    return {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}


def test_answering_between_two_steps_changes_no_gradient(adapted: Any) -> None:
    """Some CPUs have a faster layout for answering, which has no backward pass."""
    before = gradients(adapted)
    adapted.eval()
    with torch.no_grad():
        adapted.generate(input_ids=TOKENS, max_new_tokens=2, do_sample=False)
    after = gradients(adapted)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_every_layer_below_another_one_gets_a_gradient(adapted: Any) -> None:
    found = gradients(adapted)
    assert all(gradient.abs().sum() > 0 for gradient in found.values())


def test_eight_bits_train_on_any_machine_near_the_gradients_of_the_whole_base() -> None:
    found = {}
    for name, settings in {"whole": None, "eight": QuantizationSettings(load_in_8bit=True)}.items():
        method: Method = "qlora" if settings else "lora"
        model = load_language_model("sample:model", method=method, precision="fp32", quantization=settings)
        torch.manual_seed(0)
        adapted = add_adapter(model, LoraSettings(r=4, lora_alpha=4, lora_dropout=0.0), method)
        found[name] = gradients(adapted)
    assert found["whole"].keys() == found["eight"].keys()
    for name, gradient in found["eight"].items():
        if "lora_B" in name:  # B begins as nothing, so that A has no gradient yet
            likeness = torch.nn.functional.cosine_similarity(gradient.flatten(), found["whole"][name].flatten(), dim=0)
            assert likeness > 0.98, name
