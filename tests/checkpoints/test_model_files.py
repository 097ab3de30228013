"""Model folders whose files do not say the truth are refused with the file's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from workbench.checkpoints.model_files import open_folder, stored_in
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy

TENSORS = {"a": torch.arange(6.0).view(2, 3), "b": torch.arange(4, dtype=torch.int64)}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A whole safetensors file."""
    save_file(TENSORS, tmp_path / "model.safetensors", metadata={"format": "pt"})
    return tmp_path / "model.safetensors"


def _rewritten(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    changed = json.dumps(change(header)).encode()
    path.write_bytes(len(changed).to_bytes(8, "little") + changed + data[8 + length :])


def _with(name: str, **facts: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda header: header | {name: header[name] | facts}


def test_values_come_back(weights: Path) -> None:
    stored = stored_in(weights)
    assert {name: (tensor.shape, tensor.dtype) for name, tensor in stored.items()} == {
        "a": ((2, 3), torch.float32),
        "b": ((4,), torch.int64),
    }
    assert all(torch.equal(stored[name].load(), tensor) for name, tensor in TENSORS.items())
    assert torch.equal(stored["a"].load(torch.float16), TENSORS["a"].half())


LIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "larger shape": _with("a", shape=[2, 4]),
    "negative shape": _with("a", shape=[-2, -3]),
    "true as a size": _with("a", shape=[True, 6]),
    "text as a size": _with("a", shape=["2", 3]),
    "no shape": _with("a", shape=None),
    "other number format": _with("a", dtype="F16"),
    "unknown number format": _with("a", dtype="F7"),
    "beyond the file": _with("a", data_offsets=[10**6, 10**6 + 24]),
    "over another": _with("a", data_offsets=[8, 32]),
    "three offsets": _with("a", data_offsets=[0, 12, 24]),
    "backwards": _with("a", data_offsets=[24, 0]),
    "no facts": lambda header: header | {"a": None},
}


@pytest.mark.parametrize("change", LIES.values(), ids=LIES)
def test_a_header_that_lies_is_refused(weights: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    _rewritten(weights, change)
    with pytest.raises(WorkbenchError, match="says of a cannot be") as caught:
        open_folder(weights.parent)
    assert caught.value.where == str(weights)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut in the header": lambda data: data[:30],
    "cut in the values": lambda data: data[:-1],
    "endless header": lambda data: (2**62).to_bytes(8, "little") + data[8:],
    "no JSON": lambda data: data[:8] + b"?" * (len(data) - 8),
    "a list": lambda data: (2).to_bytes(8, "little") + b"[]",
    "deep": lambda data: (100_000).to_bytes(8, "little") + b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_is_damaged_is_refused(weights: Path, damage: Callable[[bytes], bytes]) -> None:
    weights.write_bytes(damage(weights.read_bytes()))
    with pytest.raises(WorkbenchError, match="damaged or cut off") as caught:
        open_folder(weights.parent)
    assert caught.value.where == str(weights)


def _indexed(weights: Path, weight_map: Any) -> Path:
    weights.rename(weights.with_name("model-00001-of-00001.safetensors"))
    index = weights.with_name("model.safetensors.index.json")
    index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return weights.parent


SHARD = "model-00001-of-00001.safetensors"


@pytest.mark.parametrize(
    ("weight_map", "message"),
    [
        ({"a": SHARD, "b": "model-2.safetensors"}, r"missing: model-2\.safetensors"),
        ({"a": SHARD, "b": "../secret.safetensors"}, r"missing: \.\./secret\.safetensors"),
        ({"a": SHARD, "b": "/etc/passwd"}, "missing: /etc/passwd"),
        ({"a": SHARD, "c": SHARD}, rf"none of its files: c \({SHARD}\)"),
        ([], "index of the weights is damaged"),
        (None, "index of the weights is damaged"),
    ],
)
def test_an_index_that_names_what_is_not_there_is_refused(weights: Path, weight_map: Any, message: str) -> None:
    (weights.parent.parent / "secret.safetensors").write_bytes(weights.read_bytes())
    with pytest.raises(WorkbenchError, match=message):
        open_folder(_indexed(weights, weight_map))


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_a_config_that_cannot_be_read_is_told(weights: Path, text: str | None) -> None:
    if text is not None:
        (weights.parent / "config.json").write_text(text)
    with pytest.raises(WorkbenchError, match=r"config\.json is missing or damaged"):
        open_folder(weights.parent).config()


def test_a_bin_file_of_something_else_is_refused(tmp_path: Path) -> None:
    torch.save({"a": TENSORS["a"], "step": 3}, tmp_path / "pytorch_model.bin")
    with pytest.raises(WorkbenchError, match="holds no weights"):
        open_folder(tmp_path)


def test_tensors_of_a_bin_file_that_are_views_come_back(tmp_path: Path) -> None:
    whole = torch.arange(24.0).view(4, 6)
    torch.save({"turned": whole.T, "part": whole[1:3, 2:]}, tmp_path / "pytorch_model.bin")
    stored = open_folder(tmp_path).stored
    assert torch.equal(stored["turned"].load(), whole.T)
    assert torch.equal(stored["part"].load(), whole[1:3, 2:])
