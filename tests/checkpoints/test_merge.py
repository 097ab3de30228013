"""Merging: files in and out, what is carried along, what is told, and what is refused before anything is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.checkpoints.merging import same, weights_of
from tests.checkpoints.tiny import save_adapter, save_base
from workbench.checkpoints.merge import merge as merge_with_notes
from workbench.checkpoints.merge_request import MergeRequest
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy


def merge(request: MergeRequest, on_progress: Callable[[int, int], None]) -> Path:
    """Merge, and look only at the folder."""
    return merge_with_notes(request, on_progress).folder


def _ignore(done: int, total: int) -> None:
    """No progress wanted."""


def test_shards_in_and_out_with_an_index(tmp_path: Path, base: Path) -> None:
    sharded = save_base(tmp_path / "base", max_shard_size="20KB")
    assert len(list(sharded.glob("model-*.safetensors"))) > 2
    adapter = save_adapter(tmp_path / "adapter")
    request = MergeRequest(str(sharded), adapter, tmp_path / "merged", max_shard_bytes=15_000)
    folder = merge(request, _ignore)
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    shards = sorted(path.name for path in folder.glob("*.safetensors"))
    assert len(shards) > 3
    assert sorted(set(index["weight_map"].values())) == shards
    assert all((folder / name).stat().st_size < 17_000 for name in shards)
    whole = weights_of(merge(MergeRequest(str(base), adapter, tmp_path / "whole"), _ignore))
    assert all(torch.equal(tensor, whole[name]) for name, tensor in weights_of(folder).items())
    assert index["metadata"]["total_size"] == sum(tensor.numel() * 4 for tensor in whole.values())
    loaded = load_language_model(str(folder), precision="fp32").state_dict()
    assert all(torch.equal(tensor, loaded[name]) for name, tensor in _in_memory(tmp_path / "whole").items())


def _in_memory(folder: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = load_language_model(str(folder), precision="fp32").state_dict()
    return state


def test_everything_beside_the_weights_is_kept(base: Path, tmp_path: Path) -> None:
    folder = merge(MergeRequest(str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        assert (folder / name).read_bytes() == (base / name).read_bytes()
    made, given = (json.loads((place / "generation_config.json").read_text()) for place in (folder, base))
    assert made | {"eos_token_id": 0, "_from_model_config": True} == given | {"eos_token_id": 0}
    known = read_provenance(folder)
    assert known is not None
    assert (known.prompt_template, known.base_model, known.step) == ("internlm2_chat", str(base), 4)


@pytest.mark.parametrize("key", ["dtype", "torch_dtype"])
def test_the_number_format_can_be_chosen(tmp_path: Path, key: str) -> None:
    base = save_base(tmp_path / "base")
    settings = json.loads((base / "config.json").read_text())
    del settings["dtype" if "dtype" in settings else "torch_dtype"]
    (base / "config.json").write_text(json.dumps(settings | {key: "float32"}))
    folder = merge(
        MergeRequest(str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged", dtype="bf16"), _ignore
    )
    assert {tensor.dtype for tensor in weights_of(folder).values()} == {torch.bfloat16}
    assert json.loads((folder / "config.json").read_text()) == settings | {key: "bfloat16"}


def test_bin_files_in_and_out(base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "adapter")
    expected = weights_of(merge(MergeRequest(str(base), adapter, tmp_path / "expected"), _ignore))
    old = save_base(tmp_path / "old")
    torch.save(weights_of(old), old / "pytorch_model.bin")
    (old / "model.safetensors").unlink()
    torch.save(load_file(adapter / "adapter_model.safetensors"), adapter / "adapter_model.bin")
    (adapter / "adapter_model.safetensors").unlink()
    request = MergeRequest(str(old), adapter, tmp_path / "merged", safe=False, max_shard_bytes=15_000)
    folder = merge(request, _ignore)
    assert not list(folder.glob("*.safetensors"))
    index = json.loads((folder / "pytorch_model.bin.index.json").read_text())
    for name, tensor in expected.items():
        shard = torch.load(folder / index["weight_map"][name], weights_only=True)
        assert torch.equal(shard[name], tensor)


def test_progress_counts_bytes(base: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    request = MergeRequest(str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged")
    folder = merge(request, lambda done, total: seen.append((done, total)))
    total = sum(tensor.numel() * 4 for tensor in weights_of(folder).values())
    assert {whole for _, whole in seen} == {total}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == total


def _interrupt(done: int, total: int) -> None:
    if done > total / 2:
        raise KeyboardInterrupt


def test_an_interrupted_merge_goes_on(base: Path, tmp_path: Path) -> None:
    adapter = save_adapter(tmp_path / "adapter")
    request = MergeRequest(str(base), adapter, tmp_path / "merged", max_shard_bytes=5000)
    with pytest.raises(KeyboardInterrupt):
        merge(request, _interrupt)
    assert not (tmp_path / "merged").exists()
    seen: list[int] = []
    merged = merge(request, lambda done, _total: seen.append(done))
    assert seen[0] > 0
    whole = merge(replace(request, target=tmp_path / "whole"), _ignore)
    assert {path.name: path.read_bytes() for path in merged.iterdir()} == {
        path.name: path.read_bytes() for path in whole.iterdir()
    }


@pytest.mark.parametrize("changed", ["adapter", "base", "setting"])
def test_an_interrupted_merge_of_something_else_begins_again(tmp_path: Path, changed: str) -> None:
    base, adapter = save_base(tmp_path / "base"), save_adapter(tmp_path / "adapter")
    request = MergeRequest(str(base), adapter, tmp_path / "merged", max_shard_bytes=5000)
    with pytest.raises(KeyboardInterrupt):
        merge(request, _interrupt)
    if changed == "setting":
        request = replace(request, dtype="fp16")
    else:
        folder, name = (adapter, "adapter_model.safetensors") if changed == "adapter" else (base, "model.safetensors")
        save_file({key: -tensor for key, tensor in load_file(folder / name).items()}, folder / name)
    seen: list[int] = []
    merged = merge(request, lambda done, _total: seen.append(done))
    assert seen[0] == 0
    whole = merge(replace(request, target=tmp_path / "whole"), _ignore)
    assert same(weights_of(merged), weights_of(whole)) == []


@pytest.mark.parametrize("method", ["qlora", "lora"])
def test_training_in_four_bits_is_told(base: Path, tmp_path: Path, method: str) -> None:
    adapter = save_adapter(tmp_path / "adapter")
    write_provenance(adapter, Provenance(method=method))
    merged = merge_with_notes(MergeRequest(str(base), adapter, tmp_path / "merged"), _ignore)
    known = read_provenance(merged.folder)
    assert known is not None and known.notes == merged.notes
    assert [("in 4 bits" in note) for note in merged.notes] == ([True] if method == "qlora" else [])


def test_the_code_of_a_model_is_carried_and_links_out_of_its_folder_are_not(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    (base / "modeling_internlm2.py").write_text("# the model's own code")
    (base / ".hidden").write_text("x")
    (tmp_path / "secret").write_text("private")
    (base / "notes.txt").symlink_to(tmp_path / "secret")
    (base / "alias.json").symlink_to("config.json")
    merged = merge_with_notes(MergeRequest(str(base), save_adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)
    names = {path.name for path in merged.folder.iterdir()}
    assert {"modeling_internlm2.py", "alias.json"} <= names
    assert not names & {"notes.txt", ".hidden"}
    assert any("notes.txt" in note for note in merged.notes)


def test_files_of_the_hugging_face_cache_are_links_and_are_carried(tmp_path: Path) -> None:
    source = save_base(tmp_path / "source")
    repository = tmp_path / "models--owner--name"
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    for path in source.iterdir():
        path.rename(repository / "blobs" / f"hash-{path.name}")
        (snapshot / path.name).symlink_to(Path("../../blobs") / f"hash-{path.name}")
    folder = merge(MergeRequest(str(snapshot), save_adapter(tmp_path / "adapter"), tmp_path / "merged"), _ignore)
    assert (folder / "chat_template.jinja").read_text() == "{{ messages }}"
    assert not any(path.is_symlink() for path in folder.iterdir())


def test_a_device_that_is_not_there_is_told(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    adapter = save_adapter(tmp_path / "adapter")
    merged = merge_with_notes(MergeRequest(str(base), adapter, tmp_path / "merged", device="cuda"), _ignore)
    assert any("no usable NVIDIA GPU" in note for note in merged.notes)
