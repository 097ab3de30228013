"""One tensor a file, in the source's own format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.checkpoints.merging import same, weights_of
from tests.checkpoints.tiny import save_base
from workbench.checkpoints.split import split
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy


def _ignore(done: int, total: int) -> None:
    """No progress wanted."""


@pytest.mark.parametrize("shard_size", ["5GB", "20KB"])
def test_safetensors(tmp_path: Path, shard_size: str) -> None:
    source = save_base(tmp_path / "source", max_shard_size=shard_size)
    write_provenance(source, Provenance(prompt_template="internlm2_chat"))
    split(source, tmp_path / "parts", on_progress=_ignore)
    expected = weights_of(source)
    files = sorted(path.name for path in (tmp_path / "parts").glob("*.safetensors"))
    assert files == [f"model-{i:05d}-of-{len(expected):05d}.safetensors" for i in range(1, len(expected) + 1)]
    assert all(len(load_file(tmp_path / "parts" / name)) == 1 for name in files)
    assert same(weights_of(tmp_path / "parts"), expected) == []
    assert (tmp_path / "parts" / "tokenizer.json").read_bytes() == (source / "tokenizer.json").read_bytes()
    assert read_provenance(tmp_path / "parts") == Provenance(prompt_template="internlm2_chat")
    loaded = load_language_model(str(tmp_path / "parts"), precision="fp32").state_dict()
    assert same(loaded, load_language_model(str(source), precision="fp32").state_dict()) == []


def test_bin_files_with_an_index(tmp_path: Path) -> None:
    source = save_base(tmp_path / "source")
    expected = weights_of(source)
    (source / "model.safetensors").unlink()
    halves = [dict(list(expected.items())[::2]), dict(list(expected.items())[1::2])]
    names = [f"pytorch_model-{i:05d}-of-00002.bin" for i in (1, 2)]
    for name, half in zip(names, halves, strict=True):
        torch.save(half, source / name)
    weight_map = {key: name for name, half in zip(names, halves, strict=True) for key in half}
    (source / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (source / ".hidden").write_text("x")
    split(source, tmp_path / "parts", on_progress=_ignore)
    index = json.loads((tmp_path / "parts" / "pytorch_model.bin.index.json").read_text())
    count = len(expected)
    assert sorted(index["weight_map"].values()) == [
        f"pytorch_model-{i:05d}-of-{count:05d}.bin" for i in range(1, count + 1)
    ]
    for key, name in index["weight_map"].items():
        part = torch.load(tmp_path / "parts" / name, weights_only=True)
        assert part.keys() == {key}
        assert torch.equal(part[key], expected[key])
    assert not (tmp_path / "parts" / ".hidden").exists()


def test_it_goes_on_after_an_interruption(tmp_path: Path) -> None:
    source = save_base(tmp_path / "source")

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        split(source, tmp_path / "parts", on_progress=interrupt)
    seen: list[int] = []
    split(source, tmp_path / "parts", on_progress=lambda done, _total: seen.append(done))
    assert seen[0] > 0
    assert same(weights_of(tmp_path / "parts"), weights_of(source)) == []


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(WorkbenchError, match="no model weights"):
        split(tmp_path / "source", tmp_path / "parts", on_progress=_ignore)
    assert not (tmp_path / "parts").exists()
