"""What cannot be merged is refused before anything is written, and named."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig
from safetensors.torch import load_file, save_file

from tests.checkpoints.merging import saved_adapter, saved_base, tiny_clip, tiny_llama, weights_of
from tests.checkpoints.tiny import save_adapter, save_base
from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy


def _ignore(done: int, total: int) -> None:
    """No progress wanted."""


def _refused(base: Path, adapter: Path, message: str, **settings: Any) -> WorkbenchError:
    """The error that a merge ends with; it leaves nothing."""
    target = adapter.parent / "merged"
    with pytest.raises(WorkbenchError, match=message) as caught:
        merge(MergeRequest(str(base), adapter, target, **settings), _ignore)
    assert not list(target.parent.glob("*merged*"))
    return caught.value


def _changed(folder: Path, end: str, change: Any) -> str:
    """Change the first weight whose name ends so; returns its name."""
    path = next(folder.glob("*.safetensors"))
    weights = load_file(path)
    name = min(name for name in weights if name.endswith(end))
    save_file(weights | {name: change(weights[name])}, path)
    return name


def test_a_base_stored_in_four_bits_is_refused(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    settings = json.loads((base / "config.json").read_text())
    settings |= {"quantization_config": {"load_in_4bit": True}, "_name_or_path": "owner/llama-3-8b-bnb-4bit"}
    (base / "config.json").write_text(json.dumps(settings))
    with pytest.raises(WorkbenchError, match="few bits") as caught:
        merge(MergeRequest(str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)
    assert "example owner/llama-3-8b." in (caught.value.fix or "")


def test_an_adapter_of_a_deeper_model_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "adapter")
    weights = load_file(adapter / "adapter_model.safetensors")
    save_file(
        {name.replace("layers.1.", "layers.9."): tensor for name, tensor in weights.items()},
        adapter / "adapter_model.safetensors",
    )
    with pytest.raises(WorkbenchError, match=r"layers\.9\."):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)


def test_an_adapter_of_a_wider_model_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "adapter")
    weights = load_file(adapter / "adapter_model.safetensors")
    wider = {name: torch.cat([tensor, tensor]) if "lora_B" in name else tensor for name, tensor in weights.items()}
    save_file(wider, adapter / "adapter_model.safetensors")
    with pytest.raises(
        WorkbenchError,
        match=r"down_proj\.lora_B.* the shape \[60, 3\], but .*down_proj.* \[30, 41\], needs \[30, 3\]",
    ):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)
    assert not (tmp_path / "merged").exists()


def test_a_base_without_all_its_shards_is_refused(tmp_path: Path) -> None:
    sharded = save_base(tmp_path / "base", max_shard_size="20KB")
    missing = sorted(sharded.glob("model-*.safetensors"))[1]
    missing.unlink()
    with pytest.raises(WorkbenchError, match=missing.name):
        merge(MergeRequest(str(sharded), save_adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)


def test_a_weight_trained_whole_in_a_wider_model_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "adapter", modules_to_save=["lm_head"])
    weights = load_file(adapter / "adapter_model.safetensors")
    name = "base_model.model.lm_head.weight"
    save_file(weights | {name: torch.zeros(37, 31)}, adapter / "adapter_model.safetensors")
    with pytest.raises(WorkbenchError, match=r"lm_head\.weight has the shape \[37, 31\], the base's \[37, 30\]"):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)


def test_an_adapter_that_lacks_a_tensor_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "adapter")
    weights = load_file(adapter / "adapter_model.safetensors")
    gone = next(name for name in weights if "lora_B" in name)
    del weights[gone]
    save_file(weights, adapter / "adapter_model.safetensors")
    with pytest.raises(WorkbenchError, match=f"{re.escape(gone)} is missing"):
        merge(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)


def test_a_disk_that_is_too_small_is_told_before_writing(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(9999, 9999, 9999))
    with pytest.raises(WorkbenchError, match=r"needs 62\.0 KB, but only 10\.0 KB are free"):
        merge(MergeRequest(str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]


def test_a_target_that_exists_is_kept(base: Path, tmp_path: Path) -> None:
    (tmp_path / "merged").mkdir()
    (tmp_path / "merged" / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(WorkbenchError):
            request = MergeRequest(
                str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged", overwrite=overwrite
            )
            merge(request, _ignore)
    assert (tmp_path / "merged" / "thesis.txt").read_text() == "years of work"


def test_the_base_is_not_replaced_by_the_result(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    adapter = save_adapter(tmp_path / "adapter")
    for target in (base, adapter, tmp_path):
        with pytest.raises(WorkbenchError, match="made from"):
            merge(MergeRequest(str(base), adapter, target, overwrite=True), _ignore)


def test_a_language_model_is_no_clip(base: Path, tmp_path: Path) -> None:
    error = _refused(base, save_adapter(tmp_path / "adapter"), "of the kind internlm2", is_clip=True)
    assert "Leave --is-clip out" in (error.fix or "")


def test_an_adapter_of_a_language_model_does_not_fit_a_clip(tmp_path: Path) -> None:
    clip = saved_base(tiny_clip(), tmp_path / "clip")
    config = LoraConfig(r=4, target_modules=["q_proj"], task_type="CAUSAL_LM")
    _refused(clip, saved_adapter(tiny_llama(), config, tmp_path / "adapter"), "made for another model", is_clip=True)


@pytest.mark.parametrize("dtype", [torch.int8, torch.float8_e4m3fn])
def test_an_adapter_in_numbers_that_nobody_trains_in(base: Path, tmp_path: Path, dtype: torch.dtype) -> None:
    adapter = save_adapter(tmp_path / "adapter")
    name = _changed(adapter, "lora_B.weight", lambda tensor: tensor.to(dtype))
    _refused(base, adapter, rf"{re.escape(name)} should be floating-point .* is {dtype}")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("end", ["lora_A.weight", "lm_head.weight"])
def test_an_adapter_whose_training_broke_down(base: Path, tmp_path: Path, value: float, end: str) -> None:
    adapter = save_adapter(tmp_path / "adapter", modules_to_save=["lm_head"])
    _changed(adapter, end, lambda tensor: tensor.index_fill(0, torch.tensor([1]), value))
    assert "earlier checkpoint" in (_refused(base, adapter, f"{end} has values that are no finite").fix or "")


def test_values_that_fp16_cannot_hold(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    name = _changed(base, "ffn_norm.weight", lambda tensor: tensor * 1e5)
    adapter = save_adapter(tmp_path / "adapter")
    error = _refused(base, adapter, f"{re.escape(name)} has values that are too large for fp16", dtype="fp16")
    assert "--dtype bf16" in (error.fix or "")
    folder = merge(MergeRequest(str(base), adapter, tmp_path / "merged", dtype="bf16"), _ignore).folder
    assert weights_of(folder)[name].max() > 9e4


def test_values_of_the_base_itself_are_its_own_affair(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    name = _changed(base, "ffn_norm.weight", lambda tensor: tensor * float("-inf"))
    folder = merge(MergeRequest(str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore).folder
    assert weights_of(folder)[name].isinf().all()


def test_a_header_whose_rows_and_columns_are_exchanged(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    name = _changed(base, "attention.wqkv.weight", lambda tensor: tensor.reshape(tensor.shape[::-1]))
    adapter = save_adapter(tmp_path / "adapter", target_modules=["down_proj"])
    error = _refused(
        base, adapter, rf"{re.escape(name)} \(.*q_proj\.weight\) is \[18, 60\], but config.json makes it \[36, 30\]"
    )
    assert error.where == str(base)
