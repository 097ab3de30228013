"""InternLM2 computes what its weights say, and is saved under its own names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

from tests.checkpoints.tiny import save_base, tiny_model
from tests.models.conftest import ChangeConfig
from workbench.models.internlm2 import InternLM2Config, InternLM2ForCausalLM, fuse_wqkv, split_wqkv
from workbench.models.load import load_language_model
from workbench.paths import shipped

pytestmark = pytest.mark.heavy
SAMPLE = shipped("sample_data") / "model"
TOKENS = torch.arange(3, 35).view(2, 16)
NAMES = {
    "model.tok_embeddings": "model.embed_tokens",
    "output": "lm_head",
    "attention.wo": "self_attn.o_proj",
    "feed_forward.w1": "mlp.gate_proj",
    "feed_forward.w2": "mlp.down_proj",
    "feed_forward.w3": "mlp.up_proj",
    "attention_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}


def as_llama(folder: Path) -> Any:
    """The same network built by hand: a plain Llama, whose heads are cut out of each ``wqkv`` one by one."""
    config = json.loads((folder / "config.json").read_text())
    fields = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "head_dim")
    sizes = {name: config[name] for name in (*fields, "num_key_value_heads", "rms_norm_eps")}
    model = LlamaForCausalLM(LlamaConfig(**sizes, tie_word_embeddings=False))
    weights: dict[str, torch.Tensor] = {}
    for name, tensor in load_file(folder / "model.safetensors").items():
        if "wqkv" in name:
            for part, cut in zip("qkv", cut_by_head(tensor, config), strict=True):
                weights[name.replace("attention.wqkv", f"self_attn.{part}_proj")] = cut
        else:
            for theirs, ours in NAMES.items():
                name = name.replace(theirs, ours) if name.startswith(theirs) or f".{theirs}." in name else name
            weights[name] = tensor
    model.load_state_dict(weights)
    return model.float().eval()


def cut_by_head(wqkv: torch.Tensor, config: dict[str, Any]) -> tuple[torch.Tensor, ...]:
    """For every key/value head: its query heads, its key head, its value head."""
    kv_heads, size = config["num_key_value_heads"], config["head_dim"]
    groups = config["num_attention_heads"] // kv_heads
    heads = [wqkv[start : start + size] for start in range(0, wqkv.shape[0], size)]
    query, key, value = [], [], []
    for head in range(kv_heads):
        own = heads[head * (groups + 2) : (head + 1) * (groups + 2)]
        query += own[:groups]
        key.append(own[groups])
        value.append(own[groups + 1])
    return torch.cat(query), torch.cat(key), torch.cat(value)


@pytest.fixture
def biased(tmp_path: Path) -> Path:
    """A tiny model with biases on its attention, as some InternLM2 models have."""
    torch.manual_seed(0)
    config = InternLM2Config(**tiny_model().config.to_dict() | {"bias": True, "attention_bias": False})
    model = InternLM2ForCausalLM(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_()
    model.save_pretrained(tmp_path / "biased")
    return tmp_path / "biased"


@torch.no_grad()
def test_logits_equal_those_of_a_llama_built_by_hand() -> None:
    ours = load_language_model(str(SAMPLE), precision="fp32").eval()(input_ids=TOKENS).logits
    theirs = as_llama(SAMPLE)(input_ids=TOKENS).logits
    assert theirs.abs().max() > 1
    torch.testing.assert_close(ours, theirs)


@torch.no_grad()
def test_logits_equal_where_query_heads_do_not_fill_the_width(tmp_path: Path) -> None:
    folder = save_base(tmp_path / "tiny")
    ours = load_language_model(str(folder), precision="fp32").eval()(input_ids=TOKENS).logits
    torch.testing.assert_close(ours, as_llama(folder)(input_ids=TOKENS).logits)


def test_what_is_saved_has_the_original_names_and_values(tmp_path: Path) -> None:
    load_language_model(str(SAMPLE), precision="fp32").half().save_pretrained(tmp_path / "saved")
    before, after = load_file(SAMPLE / "model.safetensors"), load_file(tmp_path / "saved" / "model.safetensors")
    assert before.keys() == after.keys()
    assert "model.layers.0.attention.wqkv.weight" in after
    assert all(torch.equal(before[name], after[name]) for name in before)
    known, saved = (InternLM2Config.from_pretrained(folder).to_dict() for folder in (SAMPLE, tmp_path / "saved"))
    assert saved == known


@pytest.mark.parametrize("max_shard_size", ["5GB", "20KB"])
def test_a_model_survives_saving_and_loading(tmp_path: Path, max_shard_size: str) -> None:
    folder = save_base(tmp_path / "tiny", max_shard_size=max_shard_size)
    assert (len(list(folder.glob("*.safetensors"))) > 1) == (max_shard_size == "20KB")
    loaded, made = load_language_model(str(folder), precision="fp32").state_dict(), tiny_model().state_dict()
    assert loaded.keys() == made.keys()
    assert all(torch.equal(loaded[name], made[name]) for name in made)


def test_biases_of_the_attention_are_kept(biased: Path, tmp_path: Path) -> None:
    names = load_file(biased / "model.safetensors").keys()
    assert {name for name in names if name.endswith("bias")} == {
        f"model.layers.{layer}.attention.{part}.bias" for layer in (0, 1) for part in ("wqkv", "wo")
    }
    model = load_language_model(str(biased), precision="fp32")
    assert model.model.layers[1].self_attn.q_proj.bias.abs().sum() > 0
    model.save_pretrained(tmp_path / "again")
    before, after = load_file(biased / "model.safetensors"), load_file(tmp_path / "again" / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("kv_heads", [1, 2, 6])
@pytest.mark.parametrize("rest", [(), (5,)])
def test_splitting_is_undone_by_fusing(kv_heads: int, rest: tuple[int, ...]) -> None:
    groups, size = 6 // kv_heads, 4
    fused = torch.randn(kv_heads * (groups + 2) * size, *rest)
    query, key, value = split_wqkv(fused, kv_heads, groups)
    assert [part.shape[0] for part in (query, key, value)] == [24, kv_heads * size, kv_heads * size]
    assert torch.equal(fuse_wqkv(query, key, value, kv_heads, groups), fused)


def test_the_code_that_comes_with_a_model_is_not_needed_and_not_run(
    sample_copy: Path, change_config: ChangeConfig
) -> None:
    """The published models bring code for an older transformers with them."""
    change_config(
        auto_map={
            "AutoConfig": "configuration_internlm2.InternLM2Config",
            "AutoModelForCausalLM": "modeling_internlm2.InternLM2ForCausalLM",
        }
    )
    for name in ("configuration_internlm2.py", "modeling_internlm2.py"):
        (sample_copy / name).write_text(f"open({str(sample_copy / 'was_run')!r}, 'w')\n")
    assert type(load_language_model(str(sample_copy))) is InternLM2ForCausalLM
    assert not (sample_copy / "was_run").exists()
