"""Weights are written tensor by tensor, and an attempt that was killed goes on where it was."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.checkpoints.write_worker import PLAN, planned, write
from workbench.checkpoints import checked_file, output, weight_writing
from workbench.checkpoints.output import complete_or_absent
from workbench.checkpoints.weight_writing import PlannedTensor, write_weights
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy

STEPS = 11  # the start, nine tensors, the end


def _ignore(done: int, total: int) -> None:
    """No progress wanted."""


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _killed_while_writing(target: Path, die_at: int) -> None:
    """A process of its own writes the result and is killed at a step of its progress."""
    child = os.fork()
    if child == 0:
        write(target, die_at)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _made_tensors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with the names of the tensors that are made from now on."""
    names: list[str] = []
    original = weight_writing._made

    def made(tensor: PlannedTensor) -> torch.Tensor:
        names.append(tensor.name)
        return original(tensor)

    monkeypatch.setattr(weight_writing, "_made", made)
    return names


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an attempt that nothing interrupts writes."""
    target = tmp_path_factory.mktemp("whole") / "result"
    assert write(target) == STEPS
    return _contents(target)


def test_shards_and_index_are_what_others_write(tmp_path: Path, whole: dict[str, bytes]) -> None:
    assert sorted(whole) == [
        "config.json",
        *(f"model-{number:05d}-of-00005.safetensors" for number in range(1, 6)),
        "model.safetensors.index.json",
    ]
    index = json.loads(whole["model.safetensors.index.json"])
    assert index["metadata"]["total_size"] == 9 * 400
    for tensor in PLAN:
        path = tmp_path / "shard"
        path.write_bytes(whole[index["weight_map"][tensor.name]])
        assert torch.equal(load_file(path)[tensor.name], tensor.make())


def test_one_file_has_no_index(tmp_path: Path) -> None:
    write_weights(tmp_path, PLAN, max_shard_bytes=10**6, on_progress=_ignore)
    assert {path.name for path in tmp_path.glob("[!.]*")} == {"model.safetensors"}
    assert load_file(tmp_path / "model.safetensors").keys() == {tensor.name for tensor in PLAN}


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.int8, torch.bool]
)
def test_every_number_format_comes_back(tmp_path: Path, dtype: torch.dtype) -> None:
    tensors = {
        "odd": torch.arange(7, dtype=torch.uint8),
        "matrix": torch.arange(6).view(2, 3).T.to(dtype),
        "number": torch.tensor(1).to(dtype),
        "empty": torch.zeros(0, 4, dtype=dtype),
    }
    plan = [PlannedTensor(name, tuple(tensor.shape), tensor.dtype, tensor.clone) for name, tensor in tensors.items()]
    write_weights(tmp_path, plan, max_shard_bytes=10**6, metadata={"made": "here"}, on_progress=_ignore)
    loaded = load_file(tmp_path / "model.safetensors")
    assert all(torch.equal(loaded[name], tensor) for name, tensor in tensors.items())


def test_bin_shards_load_and_go_on(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), complete_or_absent(tmp_path / "r", resume_key="same") as folder:
        write_weights(folder, PLAN, max_shard_bytes=900, safe=False, on_progress=_interrupt_at(7 * 400))
    write(tmp_path / "r", safe=False)
    index = json.loads((tmp_path / "r" / "pytorch_model.bin.index.json").read_text())
    for tensor in PLAN:
        shard = torch.load(tmp_path / "r" / index["weight_map"][tensor.name], weights_only=True)
        assert torch.equal(shard[tensor.name], tensor.make())


def _interrupt_at(limit: int) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done >= limit:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("die_at", range(STEPS))
def test_a_killed_attempt_goes_on_and_gives_the_same(tmp_path: Path, whole: dict[str, bytes], die_at: int) -> None:
    _killed_while_writing(tmp_path / "result", die_at)
    assert not (tmp_path / "result").exists()
    write(tmp_path / "result")
    assert _contents(tmp_path / "result") == whole
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_what_is_complete_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _killed_while_writing(tmp_path / "result", 8)  # seven tensors made; the third shard of two may not be noted yet
    names = _made_tensors(monkeypatch)
    write(tmp_path / "result")
    assert names in ([tensor.name for tensor in PLAN[4:]], [tensor.name for tensor in PLAN[6:]])


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "torn journal", "no journal"])
def test_a_shard_that_is_not_what_was_noted_is_made_again(tmp_path: Path, whole: dict[str, bytes], damage: str) -> None:
    _killed_while_writing(tmp_path / "result", 8)
    (partial,) = tmp_path.glob(".result.partial-*")
    shard, journal = partial / "model-00001-of-00005.safetensors", partial / output.JOURNAL_FILE
    data = shard.read_bytes()
    {
        "cut": lambda: shard.write_bytes(data[:-1]),
        "changed": lambda: shard.write_bytes(data[:-1] + bytes([data[-1] ^ 1])),
        "gone": lambda: shard.unlink(),
        "torn journal": lambda: journal.write_bytes(journal.read_bytes()[:-20]),
        "no journal": lambda: journal.unlink(),
    }[damage]()
    write(tmp_path / "result")
    assert _contents(tmp_path / "result") == whole


def test_another_result_does_not_go_on_from_it(tmp_path: Path) -> None:
    _killed_while_writing(tmp_path / "result", 8)
    seen: list[int] = []
    with complete_or_absent(tmp_path / "result", resume_key="other") as folder:
        plan = [planned("alone", 1)]
        write_weights(folder, plan, max_shard_bytes=900, on_progress=lambda done, _total: seen.append(done))
    assert seen == [0, 400]
    assert [path.name for path in (tmp_path / "result").iterdir()] == ["model.safetensors"]
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_progress_begins_with_what_is_kept(tmp_path: Path) -> None:
    _killed_while_writing(tmp_path / "result", 8)
    seen: list[tuple[int, int]] = []
    with complete_or_absent(tmp_path / "result", resume_key="same") as folder:
        write_weights(folder, PLAN, max_shard_bytes=900, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[0] in {(4 * 400, 9 * 400), (6 * 400, 9 * 400)}
    assert seen[-1] == (9 * 400, 9 * 400)


def test_a_file_that_arrives_changed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked_file, "checksum_on_disk", lambda path: 0)
    with pytest.raises(WorkbenchError, match="did not arrive"), complete_or_absent(tmp_path / "result") as folder:
        write_weights(folder, PLAN, max_shard_bytes=900, on_progress=_ignore)
    assert not list(tmp_path.iterdir())


def test_a_tensor_that_is_not_as_planned_is_told(tmp_path: Path) -> None:
    plan = [PlannedTensor("odd", (3,), torch.float32, lambda: torch.zeros(4))]
    with pytest.raises(WorkbenchError, match=r"odd should be torch.float32 \[3\], but is torch.float32 \[4\]"):
        write_weights(tmp_path, plan, max_shard_bytes=900, on_progress=_ignore)


@contextmanager
def _disk_of(size: int) -> Iterator[None]:
    """Files beyond a size cannot be written, as on a full disk."""
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, earlier[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, earlier)


@pytest.mark.parametrize("safe", [True, False])
def test_a_disk_that_becomes_full_leaves_nothing(tmp_path: Path, safe: bool) -> None:
    with pytest.raises(WorkbenchError, match="disk became full") as caught, _disk_of(600):
        write(tmp_path / "result", safe=safe)
    assert caught.value.where == str(tmp_path / "result")
    assert not list(tmp_path.iterdir())


def test_space_is_checked_first_for_what_is_still_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _killed_while_writing(tmp_path / "result", 8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(9999, 9999, 1000))
    names = _made_tensors(monkeypatch)
    with pytest.raises(WorkbenchError, match=r"needs (1\.2|2\.0) KB, but only 1\.0 KB are free") as caught:
        write(tmp_path / "result")
    assert names == []
    assert caught.value.where == str(tmp_path / "result")
