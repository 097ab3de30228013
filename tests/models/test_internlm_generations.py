"""InternLM and InternLM3 load by the same door as InternLM2, compute what their configs say, and are saved as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

from tests.models.internlm2_cases import made
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy
SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "max_position_embeddings": 16,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "rms_norm_eps": 1e-6,
    "vocab_size": 60,
}
COMMON: dict[str, Any] = {
    **SIZES,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "initializer_range": 0.02,
    "pad_token_id": 2,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "transformers_version": "4.47.1",
    "use_cache": True,
}
FIRST: dict[str, Any] = {
    **COMMON,
    "architectures": ["InternLMForCausalLM"],
    "auto_map": {"AutoConfig": "configuration_internlm.InternLMConfig"},
    "bias": True,
    "model_type": "internlm",
    "num_key_value_heads": 4,
    "rotary": {"base": 10000, "type": "dynamic"},
}
THIRD: dict[str, Any] = {
    **COMMON,
    "architectures": ["InternLM3ForCausalLM"],
    "auto_map": {"AutoConfig": "configuration_internlm3.InternLM3Config"},
    "bias": False,
    "head_dim": 8,
    "model_type": "internlm3",
    "num_key_value_heads": 2,
    "qkv_bias": False,
    "rope_scaling": {"factor": 6.0, "rope_type": "dynamic"},
    "rope_theta": 50000000,
}
Biases = tuple[bool, bool, bool]
NO_BIAS: Biases = (False, False, False)
TOKENS = torch.arange(3, 43).view(1, 40)
CASES: dict[str, tuple[dict[str, Any], Biases, dict[str, Any]]] = {
    "first": (FIRST, (True, True, False), {"rope_type": "dynamic", "factor": 1.0, "rope_theta": 10000}),
    "first_without_bias": (
        FIRST | {"bias": False},
        NO_BIAS,
        {"rope_type": "dynamic", "factor": 1.0, "rope_theta": 10000},
    ),
    "first_plain": (
        FIRST | {"rotary": {"base": 500000, "type": "origin"}},
        (True, True, False),
        {"rope_type": "default", "rope_theta": 500000},
    ),
    "first_scaled": (
        FIRST | {"rotary": {"base": 10000, "type": "dynamic", "scaling_factor": 2.0}},
        (True, True, False),
        {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000},
    ),
    "third": (THIRD, NO_BIAS, {"rope_type": "dynamic", "factor": 6.0, "rope_theta": 50000000}),
    "third_qkv": (
        THIRD | {"qkv_bias": True, "rope_scaling": None},
        (True, False, False),
        {"rope_type": "default", "rope_theta": 50000000},
    ),
    "third_others": (
        THIRD | {"bias": True, "rope_scaling": None},
        (False, True, True),
        {"rope_type": "default", "rope_theta": 50000000},
    ),
    "third_all": (
        THIRD | {"bias": True, "qkv_bias": True, "rope_scaling": None},
        (True, True, True),
        {"rope_type": "default", "rope_theta": 50000000},
    ),
}
"""``config.json``, the biases of q, k and v, of o, of the feed-forward part, and the positions in Llama's words."""


def as_llama(config: dict[str, Any], rope: dict[str, Any]) -> Any:
    """The same network as a plain Llama that has every bias; those that the case lacks stay zero."""
    sizes = {**SIZES, "num_key_value_heads": config["num_key_value_heads"]}
    model = LlamaForCausalLM(LlamaConfig(**sizes, attention_bias=True, mlp_bias=True, rope_parameters=dict(rope)))
    for _name, parameter in model.named_parameters():
        torch.nn.init.zeros_(parameter)
    return model.eval()


def has_bias(name: str, biases: Biases) -> bool:
    place = 2 if ".mlp." in name else 1 if ".o_proj." in name else 0
    return biases[place]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Any]:
    """The folder of a model, and what should compute the same."""
    config, biases, rope = CASES[request.param]
    llama = as_llama(config, rope)
    weights = {
        name: made(name, tuple(parameter.shape))
        for name, parameter in llama.named_parameters()
        if not name.endswith(".bias") or has_bias(name, biases)
    }
    llama.load_state_dict(weights, strict=False)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder, llama


@torch.no_grad()
def test_logits_are_those_of_a_llama_built_by_hand(case: tuple[Path, Any]) -> None:
    folder, llama = case
    ours = load_language_model(str(folder), precision="fp32").eval()(input_ids=TOKENS).logits
    torch.testing.assert_close(ours, llama(input_ids=TOKENS).logits)


def test_a_saved_model_is_as_it_was(case: tuple[Path, Any], tmp_path: Path) -> None:
    folder, _llama = case
    load_language_model(str(folder), precision="fp32").save_pretrained(tmp_path / "again")
    known, saved = (json.loads((each / "config.json").read_text()) for each in (folder, tmp_path / "again"))
    version = {"transformers_version": ""}
    assert saved | version == known | version
    before, after = (load_file(each / "model.safetensors") for each in (folder, tmp_path / "again"))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_stretched_context_stays_so_through_saving(tmp_path: Path, case: tuple[Path, Any]) -> None:
    folder, _llama = case
    model = load_language_model(str(folder), precision="fp32", max_position_embeddings=48).eval()
    model.save_pretrained(tmp_path / "again")
    again = load_language_model(str(tmp_path / "again"), precision="fp32").eval()
    assert again.config.rope_parameters == model.config.rope_parameters
    assert (again.config.rope_parameters["rope_type"], again.config.rope_parameters["factor"]) == ("linear", 3.0)
    assert again.config.max_position_embeddings == 48
