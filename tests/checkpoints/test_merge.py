"""Merging shard by shard gives what peft gives with the whole model in memory, under the base's own names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

from tests.checkpoints.tiny import save_base, tiny_model, with_lora
from workbench.checkpoints.merge import MergeRequest, merge
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy

ADAPTERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "rank-stabilised": {"use_rslora": True},
    "some layers": {"target_modules": ["k_proj", "down_proj"]},
    "ranks and alphas by pattern": {
        "rank_pattern": {"q_proj": 2, "layers.1.mlp.up_proj": 5},
        "alpha_pattern": {"q_proj": 9, "layers.1.self_attn.v_proj": 1},
    },
    "whole modules": {"modules_to_save": ["embed_tokens", "lm_head"]},
}


def _ignore(done: int, total: int) -> None:
    """No progress wanted."""


def _adapter(folder: Path, **settings: Any) -> Path:
    with_lora(tiny_model(), **settings).save_pretrained(folder)
    write_provenance(folder, Provenance(prompt_template="internlm2_chat", base_model="somewhere/else", step=4))
    return folder


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return {name: tensor for path in folder.glob("*.safetensors") for name, tensor in load_file(path).items()}


def _merged_by_peft(base: Path, adapter: Path, target: Path, precision: Any = "fp32") -> dict[str, torch.Tensor]:
    model = PeftModel.from_pretrained(load_language_model(str(base), precision=precision), str(adapter))
    model.merge_and_unload().save_pretrained(target)
    return _weights(target)


@pytest.mark.parametrize("settings", ADAPTERS.values(), ids=ADAPTERS)
def test_the_result_is_that_of_peft(base: Path, tmp_path: Path, settings: dict[str, Any]) -> None:
    adapter = _adapter(tmp_path / "adapter", **settings)
    merged = _weights(merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore))
    expected = _merged_by_peft(base, adapter, tmp_path / "expected")
    before = _weights(base)
    assert merged.keys() == expected.keys() == before.keys()
    assert any(not torch.equal(merged[name], before[name]) for name in merged)
    for name, tensor in expected.items():
        torch.testing.assert_close(merged[name], tensor, rtol=0, atol=1e-6)


def test_half_precision_stays_within_its_last_bit(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base", dtype=torch.float16)
    adapter = _adapter(tmp_path / "adapter")
    merged = _weights(merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore))
    expected = _merged_by_peft(base, adapter, tmp_path / "expected", "fp16")
    for name, tensor in expected.items():
        assert merged[name].dtype == torch.float16
        torch.testing.assert_close(merged[name], tensor, rtol=1e-3, atol=1e-3)


def test_shards_in_and_out_with_an_index(tmp_path: Path, base: Path) -> None:
    sharded = save_base(tmp_path / "base", max_shard_size="20KB")
    assert len(list(sharded.glob("model-*.safetensors"))) > 2
    adapter = _adapter(tmp_path / "adapter")
    request = MergeRequest(str(sharded), adapter, tmp_path / "merged", max_shard_bytes=15_000)
    folder = merge(request, _ignore)
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    shards = sorted(path.name for path in folder.glob("*.safetensors"))
    assert len(shards) > 3
    assert sorted(set(index["weight_map"].values())) == shards
    assert all((folder / name).stat().st_size < 17_000 for name in shards)
    whole = _weights(merge(MergeRequest(str(base), adapter, tmp_path / "whole"), _ignore))
    assert all(torch.equal(tensor, whole[name]) for name, tensor in _weights(folder).items())
    assert index["metadata"]["total_size"] == sum(tensor.numel() * 4 for tensor in whole.values())
    loaded = load_language_model(str(folder), precision="fp32").state_dict()
    assert all(torch.equal(tensor, loaded[name]) for name, tensor in _in_memory(tmp_path / "whole").items())


def _in_memory(folder: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = load_language_model(str(folder), precision="fp32").state_dict()
    return state


def test_everything_beside_the_weights_is_kept(base: Path, tmp_path: Path) -> None:
    folder = merge(MergeRequest(str(base), _adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)
    kept = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
    for name in kept:
        assert (folder / name).read_bytes() == (base / name).read_bytes()
    known = read_provenance(folder)
    assert known is not None
    assert (known.prompt_template, known.base_model, known.step) == ("internlm2_chat", str(base), 4)


def test_the_number_format_can_be_chosen(base: Path, tmp_path: Path) -> None:
    adapter = _adapter(tmp_path / "adapter")
    folder = merge(MergeRequest(str(base), adapter, tmp_path / "merged", dtype="bf16"), _ignore)
    assert {tensor.dtype for tensor in _weights(folder).values()} == {torch.bfloat16}
    assert json.loads((folder / "config.json").read_text())["dtype"] == "bfloat16"


def test_progress_counts_the_bytes_of_the_base(base: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    request = MergeRequest(str(base), _adapter(tmp_path / "adapter"), tmp_path / "merged")
    merge(request, lambda done, total: seen.append((done, total)))
    total = (base / "model.safetensors").stat().st_size
    assert {whole for _, whole in seen} == {total}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] >= 0.9 * total


def test_an_interrupted_merge_leaves_nothing(base: Path, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    adapter = _adapter(tmp_path / "adapter")
    with pytest.raises(KeyboardInterrupt):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged", max_shard_bytes=5000), interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]


def test_other_kinds_of_adapters_are_refused(base: Path, tmp_path: Path) -> None:
    adapter = _adapter(tmp_path / "adapter", use_dora=True)
    with pytest.raises(WorkbenchError, match="DoRA"):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)


def test_an_adapter_of_a_deeper_model_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = _adapter(tmp_path / "adapter")
    weights = load_file(adapter / "adapter_model.safetensors")
    save_file(
        {name.replace("layers.1.", "layers.9."): tensor for name, tensor in weights.items()},
        adapter / "adapter_model.safetensors",
    )
    with pytest.raises(WorkbenchError, match=r"layers\.9\."):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)


def test_an_adapter_of_a_wider_model_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = _adapter(tmp_path / "adapter")
    weights = load_file(adapter / "adapter_model.safetensors")
    wider = {name: torch.cat([tensor, tensor]) if "lora_B" in name else tensor for name, tensor in weights.items()}
    save_file(wider, adapter / "adapter_model.safetensors")
    with pytest.raises(WorkbenchError, match="shape"):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)
    assert not (tmp_path / "merged").exists()


def test_a_base_without_all_its_shards_is_refused(tmp_path: Path) -> None:
    sharded = save_base(tmp_path / "base", max_shard_size="20KB")
    missing = sorted(sharded.glob("model-*.safetensors"))[1]
    missing.unlink()
    with pytest.raises(WorkbenchError, match=missing.name):
        merge(MergeRequest(str(sharded), _adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)


def test_the_base_is_not_replaced_by_the_result(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    adapter = _adapter(tmp_path / "adapter")
    for target in (base, adapter, tmp_path):
        with pytest.raises(WorkbenchError, match="made from"):
            merge(MergeRequest(str(base), adapter, target, overwrite=True), _ignore)
