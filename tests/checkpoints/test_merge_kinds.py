"""Every kind of adapter, merged tensor by tensor, gives what peft gives with the whole model in memory, bit for bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from peft import LoraConfig
from safetensors.torch import load_file, save_file
from transformers import CLIPVisionModel, LlamaForCausalLM

from tests.checkpoints.merging import (
    by_peft,
    by_workbench,
    clip_by_peft,
    logits,
    same,
    saved_adapter,
    saved_base,
    tiny_clip,
    tiny_gpt2,
    tiny_llama,
    weights_of,
)
from tests.checkpoints.tiny import tiny_model, with_lora
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy

LINEAR = ["q_proj", "v_proj", "o_proj", "gate_proj", "down_proj"]
LORA: dict[str, dict[str, Any]] = {
    "plain": {},
    "rank-stabilised": {"use_rslora": True},
    "patterns": {
        "rank_pattern": {"q_proj": 2, "layers.1.mlp.down_proj": 5, r"^model\.layers\.0\.mlp\.gate_proj": 3},
        "alpha_pattern": {"q_proj": 9, "layers.1.self_attn.v_proj": 1},
    },
    "DoRA": {"use_dora": True},
    "PiSSA": {"init_lora_weights": "pissa"},
    "OLoRA": {"init_lora_weights": "olora"},
    "gaussian": {"init_lora_weights": "gaussian"},
    "whole modules": {"modules_to_save": ["embed_tokens", "lm_head"]},
    "embeddings": {"target_modules": ["embed_tokens", "lm_head", "q_proj"]},
    "embeddings, DoRA": {"target_modules": ["embed_tokens", "lm_head", "q_proj"], "use_dora": True},
    "tokens": {"trainable_token_indices": [3, 0, 17]},
    "tokens of a module": {"trainable_token_indices": {"embed_tokens": [5, 4]}},
}
OTHERS: dict[str, Any] = {
    "LoHa": peft.LoHaConfig(r=4, alpha=3),
    "LoKr": peft.LoKrConfig(r=4, alpha=3, rank_pattern={"q_proj": 2}),
    "IA3": peft.IA3Config(target_modules=["v_proj", "down_proj"], feedforward_modules=["down_proj"]),
    "OFT": peft.OFTConfig(r=0, oft_block_size=8),
    "BOFT": peft.BOFTConfig(boft_block_size=4),
    "HRA": peft.HRAConfig(r=4),
    "MiSS": peft.MissConfig(r=4),
    "FourierFT": peft.FourierFTConfig(n_frequency=20, scaling=50.0),
    "C3A": peft.C3AConfig(block_size=8),
    "GraLoRA": peft.GraloraConfig(r=4),
    "DeLoRA": peft.DeloraConfig(r=4, delora_lambda=3),
    "WaveFT": peft.WaveFTConfig(n_frequency=20),
    "VeRA": peft.VeraConfig(r=4),
}


def _lora(**settings: Any) -> LoraConfig:
    return LoraConfig(**{"r": 4, "lora_alpha": 7, "target_modules": LINEAR, "task_type": "CAUSAL_LM", **settings})


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base whose output head is its own."""
    return saved_base(tiny_llama(), tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def tied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base whose output head is its embeddings."""
    return saved_base(tiny_llama(tied=True), tmp_path_factory.mktemp("tied"))


def _compare(base: Path, adapter: Path, tmp_path: Path, dtype: str = "fp32", **settings: Any) -> None:
    merged = by_workbench(base, adapter, tmp_path / "merged", dtype=dtype, **settings)
    assert same(merged, by_peft(base, adapter, tmp_path / "expected", dtype)) == []
    assert same(merged, weights_of(base)) != []


@pytest.mark.parametrize("settings", LORA.values(), ids=LORA)
def test_lora(llama: Path, tmp_path: Path, settings: dict[str, Any]) -> None:
    _compare(llama, saved_adapter(tiny_llama(), _lora(**settings), tmp_path / "adapter"), tmp_path)


@pytest.mark.parametrize("dtype", ["fp16", "bf16"])
@pytest.mark.parametrize("kind", ["plain", "DoRA", "whole modules", "embeddings", "tokens"])
def test_half_precision(llama: Path, tmp_path: Path, kind: str, dtype: str) -> None:
    _compare(llama, saved_adapter(tiny_llama(), _lora(**LORA[kind]), tmp_path / "adapter"), tmp_path, dtype)


@pytest.mark.parametrize("config", OTHERS.values(), ids=OTHERS)
def test_other_kinds(llama: Path, tmp_path: Path, config: Any) -> None:
    config.target_modules = config.target_modules or set(LINEAR)
    _compare(llama, saved_adapter(tiny_llama(), config, tmp_path / "adapter"), tmp_path)


@pytest.mark.parametrize("settings", [{"lora_bias": True}, {"bias": "all"}], ids=str)
def test_biases(tmp_path: Path, settings: dict[str, Any]) -> None:
    base = saved_base(tiny_llama(biased=True), tmp_path / "base")
    _compare(base, saved_adapter(tiny_llama(biased=True), _lora(**settings), tmp_path / "adapter"), tmp_path)


def test_ia3_scales_biases_too(tmp_path: Path) -> None:
    base = saved_base(tiny_llama(biased=True), tmp_path / "base")
    _compare(base, saved_adapter(tiny_llama(biased=True), OTHERS["IA3"], tmp_path / "adapter"), tmp_path)


TIED: dict[str, dict[str, Any]] = {
    "linear": {},
    "LoRA on the embeddings": {"target_modules": ["embed_tokens", "q_proj"]},
    "LoRA on the head": {"target_modules": ["lm_head", "q_proj"]},
    "LoRA on both": {"target_modules": ["embed_tokens", "lm_head"]},
    "embeddings whole": {"modules_to_save": ["embed_tokens"]},
    "head whole": {"modules_to_save": ["lm_head"]},
    "both whole": {"modules_to_save": ["embed_tokens", "lm_head"]},
    "whole and still tied": {"modules_to_save": ["embed_tokens"], "ensure_weight_tying": True},
    "tokens": {"trainable_token_indices": [3, 0]},
}


@pytest.mark.parametrize("settings", TIED.values(), ids=TIED)
@pytest.mark.filterwarnings("ignore")
def test_tied_embeddings(tied: Path, tmp_path: Path, settings: dict[str, Any]) -> None:
    adapter = saved_adapter(tiny_llama(tied=True), _lora(**settings), tmp_path / "adapter")
    _compare(tied, adapter, tmp_path)
    assert torch.equal(logits(tmp_path / "merged"), logits(tmp_path / "expected"))


def test_tied_embeddings_that_are_on_disk_twice_stay_equal(tied: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_bytes((tied / "config.json").read_bytes())
    twice = weights_of(tied)
    save_file(twice | {"lm_head.weight": twice["model.embed_tokens.weight"].clone()}, base / "model.safetensors")
    adapter = saved_adapter(tiny_llama(tied=True), _lora(target_modules=["embed_tokens"]), tmp_path / "adapter")
    merged = by_workbench(base, adapter, tmp_path / "merged")
    assert torch.equal(merged["lm_head.weight"], merged["model.embed_tokens.weight"])
    assert (
        same({k: v for k, v in merged.items() if k != "lm_head.weight"}, by_peft(tied, adapter, tmp_path / "e")) == []
    )


def test_gpt2_whose_weights_are_turned_round(tmp_path: Path) -> None:
    base = saved_base(tiny_gpt2(), tmp_path / "base")
    config = _lora(target_modules=["c_attn", "c_proj", "wte"], fan_in_fan_out=True)
    _compare(base, saved_adapter(tiny_gpt2(), config, tmp_path / "adapter"), tmp_path)


def test_names_without_the_prefix_of_the_loaded_model(tmp_path: Path) -> None:
    base = saved_base(tiny_gpt2(), tmp_path / "base")
    adapter = saved_adapter(tiny_gpt2(), _lora(target_modules=["c_attn"], fan_in_fan_out=True), tmp_path / "adapter")
    expected = by_workbench(base, adapter, tmp_path / "expected")
    bare = {name.removeprefix("transformer."): tensor for name, tensor in weights_of(base).items()}
    save_file(bare, base / "model.safetensors")
    merged = by_workbench(base, adapter, tmp_path / "merged")
    assert same(merged, {name.removeprefix("transformer."): tensor for name, tensor in expected.items()}) == []


@pytest.mark.parametrize(
    ("is_tied", "whole"), [(False, None), (True, None), (False, ["embed_tokens", "lm_head"])], ids=str
)
def test_a_larger_vocabulary(tmp_path: Path, is_tied: bool, whole: list[str] | None) -> None:
    base = saved_base(tiny_llama(tied=is_tied), tmp_path / "base")
    model = LlamaForCausalLM.from_pretrained(base)
    model.resize_token_embeddings(44)
    adapter = saved_adapter(model, _lora(modules_to_save=whole), tmp_path / "adapter")
    assert "base_model.model.model.embed_tokens.weight" in load_file(adapter / "adapter_model.safetensors")
    (adapter / "tokenizer.json").write_text('{"with": "new words"}')
    merged = by_workbench(base, adapter, tmp_path / "merged")
    expected = tiny_llama(tied=is_tied)
    expected.resize_token_embeddings(44)
    peft.PeftModel.from_pretrained(expected, str(adapter)).merge_and_unload().save_pretrained(tmp_path / "expected")
    assert same(merged, weights_of(tmp_path / "expected")) == []
    assert json.loads((tmp_path / "merged" / "config.json").read_text())["vocab_size"] == 44
    assert (tmp_path / "merged" / "tokenizer.json").read_text() == '{"with": "new words"}'
    assert torch.equal(logits(tmp_path / "merged"), logits(tmp_path / "expected"))


def test_a_larger_vocabulary_of_one_end_only_is_refused(llama: Path, tmp_path: Path) -> None:
    adapter = saved_adapter(tiny_llama(), _lora(modules_to_save=["embed_tokens"]), tmp_path / "adapter")
    weights = load_file(adapter / "adapter_model.safetensors")
    name = "base_model.model.model.embed_tokens.weight"
    save_file(weights | {name: torch.zeros(44, 32)}, adapter / "adapter_model.safetensors")
    with pytest.raises(WorkbenchError, match=r"44 rows to model\.embed_tokens\.weight and 40 to lm_head\.weight"):
        by_workbench(llama, adapter, tmp_path / "merged")


@pytest.mark.parametrize("whole_model", [True, False])
@pytest.mark.parametrize("old_names", [True, False])
def test_the_vision_tower_of_clip(tmp_path: Path, whole_model: bool, old_names: bool) -> None:
    clip = saved_base(tiny_clip(), tmp_path / "clip")
    (clip / "preprocessor_config.json").write_text('{"size": 12}')
    (clip / "tokenizer.json").write_text("{}")
    model = CLIPVisionModel.from_pretrained(clip)
    base = clip if whole_model else saved_base(model, tmp_path / "tower")
    config = LoraConfig(r=4, lora_alpha=7, target_modules=["q_proj", "fc1", "patch_embedding"])
    adapter = saved_adapter(model, config, tmp_path / "adapter")
    expected = clip_by_peft(base, adapter, tmp_path / "expected")
    if old_names:  # those of XTuner's adapters
        _rename(adapter, "base_model.model.", "base_model.model.vision_model.")
    merged = by_workbench(base, adapter, tmp_path / "merged", is_clip=True)
    assert same(merged, expected) == []
    loaded = CLIPVisionModel.from_pretrained(tmp_path / "merged").state_dict()
    reference = CLIPVisionModel.from_pretrained(tmp_path / "expected").state_dict()
    assert same(loaded, reference) == []
    assert not (tmp_path / "merged" / "tokenizer.json").exists()
    assert (tmp_path / "merged" / "preprocessor_config.json").exists() is whole_model


def test_a_vision_tower_whose_names_lack_their_beginning(tmp_path: Path) -> None:
    """Some towers are saved without the ``vision_model.`` that XTuner's adapters have: their names are kept."""
    tower = saved_base(CLIPVisionModel(tiny_clip().config.vision_config), tmp_path / "tower")
    config = LoraConfig(r=4, target_modules=["q_proj", "fc1"])
    adapter = saved_adapter(CLIPVisionModel.from_pretrained(tower), config, tmp_path / "adapter")
    _rename(adapter, "base_model.model.", "base_model.model.vision_model.")
    expected = by_workbench(tower, adapter, tmp_path / "expected", is_clip=True)
    _rename(tower, "vision_model.", "", file="model.safetensors")
    merged = by_workbench(tower, adapter, tmp_path / "merged", is_clip=True)
    assert same(merged, {name.removeprefix("vision_model."): tensor for name, tensor in expected.items()}) == []


def _rename(folder: Path, old: str, new: str, file: str = "adapter_model.safetensors") -> None:
    path = folder / file
    save_file({name.replace(old, new): tensor for name, tensor in load_file(path).items()}, path)


def test_internlm2_with_the_names_of_its_own_code(base: Path, tmp_path: Path) -> None:
    """An adapter on the fused ``wqkv`` adds to it what it adds to a plain linear layer."""
    torch.manual_seed(3)
    one, two = torch.randn(3, 30), torch.randn(60, 3)
    down_a, down_b = torch.randn(3, 41), torch.randn(30, 3)
    layer = "base_model.model.model.layers.1."
    adapter = tmp_path / "adapter"
    with_lora(tiny_model()).save_pretrained(adapter)
    save_file(
        {
            f"{layer}attention.wqkv.lora_A.weight": one,
            f"{layer}attention.wqkv.lora_B.weight": two,
            f"{layer}feed_forward.w2.lora_A.default.weight": down_a,
            f"{layer}feed_forward.w2.lora_B.default.weight": down_b,
        },
        adapter / "adapter_model.safetensors",
    )
    before = weights_of(base)
    merged = by_workbench(base, adapter, tmp_path / "merged")
    assert same(merged, before) == ["model.layers.1.attention.wqkv.weight", "model.layers.1.feed_forward.w2.weight"]
    expected = before["model.layers.1.attention.wqkv.weight"] + (two @ one) * (7 / 3)
    assert torch.equal(merged["model.layers.1.attention.wqkv.weight"], expected)
    expected = before["model.layers.1.feed_forward.w2.weight"] + (down_b @ down_a) * (7 / 3)
    assert torch.equal(merged["model.layers.1.feed_forward.w2.weight"], expected)


@pytest.mark.parametrize("dtype", ["fp32", "fp16"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"use_dora": True}, {"modules_to_save": ["embed_tokens", "lm_head"]}],
    ids=["LoRA", "DoRA", "whole"],
)
def test_internlm2(base: Path, tmp_path: Path, settings: dict[str, Any], dtype: str) -> None:
    with_lora(tiny_model(), **settings).save_pretrained(tmp_path / "adapter")
    _compare(base, tmp_path / "adapter", tmp_path, dtype)


def test_an_adapter_of_unknown_kind_is_refused_by_name(llama: Path, tmp_path: Path) -> None:
    config = peft.VBLoRAConfig(r=4, target_modules=["q_proj"], num_vectors=60, vector_length=8)
    adapter = saved_adapter(tiny_llama(), config, tmp_path / "adapter")
    with pytest.raises(WorkbenchError, match="kind VBLORA cannot be merged"):
        by_workbench(llama, adapter, tmp_path / "merged")


def test_vera_without_its_random_matrices_is_refused(llama: Path, tmp_path: Path) -> None:
    config = peft.VeraConfig(r=4, target_modules=["q_proj"], save_projection=False)
    adapter = saved_adapter(tiny_llama(), config, tmp_path / "adapter")
    with pytest.raises(WorkbenchError, match=r"lacks the random matrices .*vera_A") as caught:
        by_workbench(llama, adapter, tmp_path / "merged")
    assert "save_projection=True" in (caught.value.fix or "")


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("init_lora_weights", "loftq", "began as LoftQ"),
        ("init_lora_weights", "corda", "began as CorDA"),
        ("alora_invocation_tokens", [1, 2], "kind aLoRA"),
        ("layer_replication", [[0, 2], [1, 2]], "kind layer_replication"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_the_reason(
    llama: Path, tmp_path: Path, setting: str, value: Any, message: str
) -> None:
    adapter = saved_adapter(tiny_llama(), _lora(), tmp_path / "adapter")
    settings = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps(settings | {setting: value}))
    with pytest.raises(WorkbenchError, match=message):
        by_workbench(llama, adapter, tmp_path / "merged")
