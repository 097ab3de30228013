"""Models that see by themselves are told by their config.json; weights have the names that the loaded model gives them."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.errors import WorkbenchError
from workbench.weights.own_sight import is_known_kind, name_in_memory, require_known_kind


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"model_type": "llama"}, "does not see by itself"),
        ({"model_type": "florence2", "vision_config": {}}, "kind florence2"),
        ({"model_type": "llava", "vision_config": {"model_type": "pixtral"}}, "kind pixtral"),
    ],
)
def test_other_models_are_refused_with_the_reason(facts: dict[str, Any], said: str) -> None:
    assert not is_known_kind(facts)
    with pytest.raises(WorkbenchError, match=said) as refused:
        require_known_kind(facts, "a/model")
    assert refused.value.where == "a/model"
    assert refused.value.fix


@pytest.mark.parametrize("kind", ["llava", "qwen2_5_vl", "smolvlm"])
def test_known_ones_pass(kind: str) -> None:
    assert require_known_kind({"model_type": kind, "vision_config": {}}, "a/model") == kind


@pytest.mark.parametrize(
    ("on_disk", "in_memory"),
    [
        ("language_model.model.layers.0.mlp.up_proj.weight", "model.language_model.layers.0.mlp.up_proj.weight"),
        ("language_model.lm_head.weight", "lm_head.weight"),
        ("model.layers.1.self_attn.q_proj.weight", "model.language_model.layers.1.self_attn.q_proj.weight"),
        ("vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias", "model.vision_tower.encoder.layers.0.mlp.fc1.bias"),
        ("visual.blocks.0.attn.qkv.weight", "model.visual.blocks.0.attn.qkv.weight"),
        ("model.text_model.layers.0.mlp.up_proj.weight", "model.text_model.layers.0.mlp.up_proj.weight"),
        ("lm_head.weight", "lm_head.weight"),
    ],
)
def test_names_on_disk_are_those_of_the_loaded_model(on_disk: str, in_memory: str) -> None:
    assert name_in_memory(on_disk) == in_memory
