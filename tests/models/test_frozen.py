"""Training a part of a model's own weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from tests.checkpoints.tiny import tiny_model
from workbench.configs.method_settings import FreezeSettings
from workbench.errors import WorkbenchError
from workbench.models.adapter_layers import names_of
from workbench.models.frozen import freeze_all_but
from workbench.models.load import load_language_model
from workbench.paths import shipped
from workbench.weights.layer_names import layer_names

pytestmark = pytest.mark.heavy


def trained_parts(model: Any, **settings: Any) -> set[str]:
    """The first parts of the names of what is trained, up to the number of a layer."""
    freeze_all_but(model, FreezeSettings(**settings), torch.bfloat16)
    names = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    return {".".join(name.split(".")[:3]) if ".layers." in name else name for name in names}


def other_model() -> Any:
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_key_value_heads": 2}
    return Qwen2ForCausalLM(Qwen2Config(vocab_size=32, num_hidden_layers=3, **sizes))


def test_the_last_layers_and_the_norm_after_them_are_trained() -> None:
    assert trained_parts(tiny_model(), last_layers=1) == {"model.layers.1", "model.norm.weight"}
    assert trained_parts(other_model(), last_layers=2) == {"model.layers.1", "model.layers.2", "model.norm.weight"}


def test_what_is_named_is_trained_as_well() -> None:
    """Parts of names are whole: layers.1 is not layers.10."""
    named = trained_parts(tiny_model(), last_layers=0, modules=["lm_head", "layers.1"])
    assert named == {"model.layers.1", "lm_head.weight"}
    assert trained_parts(tiny_model(), last_layers=0, modules=["(?i)LM_HEAD"]) == {"lm_head.weight"}


def test_what_is_trained_comes_in_fp32_and_the_rest_as_it_is_computed() -> None:
    model = tiny_model().to(torch.bfloat16)
    freeze_all_but(model, FreezeSettings(last_layers=1), torch.bfloat16)
    assert {parameter.dtype for parameter in model.parameters() if parameter.requires_grad} == {torch.float32}
    assert {parameter.dtype for parameter in model.parameters() if not parameter.requires_grad} == {torch.bfloat16}


@pytest.mark.parametrize(
    ("pattern", "near"), [("lm_haed", "lm_head"), ("layers.7", "layers"), ("mlp.gate", "gate_proj")]
)
def test_a_pattern_that_fits_nothing_is_refused_with_near_names(pattern: str, near: str) -> None:
    with pytest.raises(WorkbenchError, match="fits no weight") as caught:
        trained_parts(tiny_model(), modules=[pattern])
    assert caught.value.where == "freeze.modules"
    assert near in (caught.value.fix or "")


def test_more_layers_than_there_are_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="has 2 layers") as caught:
        trained_parts(tiny_model(), last_layers=3)
    assert "method: full" in (caught.value.fix or "")


def test_the_headers_of_the_files_tell_the_names_that_the_model_will_have() -> None:
    folder = shipped("sample_data") / "model"
    told, model = layer_names(folder), load_language_model("sample:model")
    known = names_of(model)
    assert told is not None
    assert (set(told.parameters), told.linear) == (set(known.parameters), known.linear)
    with_weights = {name for name, module in model.named_modules() if list(module.parameters())}
    assert set(told.modules) == with_weights - {""}
    assert told.blocks == len(model.model.layers)
