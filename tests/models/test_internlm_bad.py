"""What does not fit together in an InternLM folder is said in words, and nothing is made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.models.internlm2_cases import BASE, weights_of
from tests.models.internlm2_folder import published
from workbench.errors import WorkbenchError
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy
WQKV = "model.layers.0.attention.wqkv"
Weights = dict[str, torch.Tensor]


def problem(folder: Path, change: Callable[[Weights], object] = len, **config: Any) -> WorkbenchError:
    """The error of a folder whose weights or config were changed."""
    weights = weights_of(BASE)
    change(weights)
    published(folder / "model", BASE | config, weights)
    with pytest.raises(WorkbenchError) as caught:
        load_language_model(str(folder / "model"), precision="fp32")
    assert str(folder / "model") in (caught.value.where or "")
    return caught.value


@pytest.mark.parametrize(
    "config",
    [
        {"rope_scaling": {"type": "spiral", "factor": 2.0}},
        {"rope_scaling": {"type": "dynamic"}},
        {"rope_scaling": {"type": "linear", "factor": "two"}},
        {"model_type": "internlm", "rotary": {"base": 10000, "type": "spiral"}},
        {"model_type": "internlm", "rotary": {"type": "dynamic"}},
    ],
)
def test_positions_of_an_unknown_kind_are_named(tmp_path: Path, config: dict[str, Any]) -> None:
    field = "rotary" if "rotary" in config else "rope_scaling"
    assert f"config.json: {field}" in problem(tmp_path, **config).what


def test_a_number_that_is_none_is_named(tmp_path: Path) -> None:
    assert "num_attention_heads" in problem(tmp_path, num_attention_heads="many").what


@pytest.mark.parametrize("heads", [3, 4])
def test_other_head_counts_than_the_weights_have_are_told(tmp_path: Path, heads: int) -> None:
    assert "other sizes" in problem(tmp_path, num_key_value_heads=heads).what


def test_a_fused_weight_that_was_cut_is_told(tmp_path: Path) -> None:
    def cut(weights: Weights) -> None:
        weights[f"{WQKV}.weight"] = weights[f"{WQKV}.weight"][:-3].clone()

    assert "other sizes" in problem(tmp_path, cut).what


def test_a_fused_weight_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "layers.0.self_attn.q_proj.weight" in problem(tmp_path, lambda weights: weights.pop(f"{WQKV}.weight")).what


def test_biases_that_are_not_there_are_told(tmp_path: Path) -> None:
    assert "Weights are missing: model.layers.0.self_attn.k_proj.bias" in problem(tmp_path, bias=True).what


def test_biases_that_the_config_does_not_speak_of_are_not_passed_over(tmp_path: Path) -> None:
    found = problem(tmp_path, lambda weights: weights.update({f"{WQKV}.bias": torch.ones(64)}))
    assert "biases of which config.json does not speak: model.layers.0.self_attn.k_proj.bias" in found.what
    assert "bias: true" in (found.fix or "")
