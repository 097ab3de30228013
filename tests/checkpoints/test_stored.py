"""Values are read from their places in a file, and nothing else of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from workbench.checkpoints.pickles import read_structure
from workbench.checkpoints.stored import LazyTensor, pieces_of, values_of
from workbench.errors import WorkbenchError

_BASE = torch.arange(60.0).view(3, 4, 5)
TENSORS = {
    "whole": _BASE,
    "part of a storage": _BASE[1],
    "transposed": _BASE.transpose(0, 2),
    "every other": _BASE[:, ::2, ::3],
    "one number": torch.tensor(3.5),
    "none": torch.empty(0, 4),
    "parameter": torch.nn.Parameter(_BASE.half().clone()),
    "bfloat16": _BASE.bfloat16(),
    "flags": torch.tensor([True, False, True]),
    "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "weights.pt"
    torch.save(TENSORS, path)
    return path


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_is_what_torch_reads(file: Path, name: str) -> None:
    lazy = LazyTensor.whole(file, read_structure(file)[name])
    loaded = lazy.load()
    assert lazy.shape == tuple(TENSORS[name].shape)
    assert torch.equal(loaded, TENSORS[name])
    assert loaded.dtype == lazy.dtype == TENSORS[name].dtype


def test_a_tensor_changes_its_format_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.checkpoints.stored._CAST_VALUES", 7)
    torch.save([_BASE], tmp_path / "weights.pt")
    (tensor,) = read_structure(tmp_path / "weights.pt")
    assert torch.equal(LazyTensor.whole(tmp_path / "weights.pt", tensor).load(torch.bfloat16), _BASE.bfloat16())


def test_a_stretch_across_several_tensors(file: Path) -> None:
    content = read_structure(file)
    parts = [values_of(file, content[name]) for name in ("whole", "part of a storage", "whole")]
    joined = torch.cat([_BASE.flatten(), _BASE[1].flatten(), _BASE.flatten()])
    for start, count in ((0, 5), (58, 4), (55, 40), (0, 140), (100, 0)):
        lazy = LazyTensor((count,), torch.float32, pieces_of(parts, start, count))
        assert torch.equal(lazy.load(), joined[start : start + count])


def test_a_file_cut_after_it_was_opened_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"a": torch.zeros(5000)}, path)
    lazy = LazyTensor.whole(path, read_structure(path)["a"])
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(WorkbenchError, match="cut off") as caught:
        lazy.load()
    assert caught.value.where == str(path)
