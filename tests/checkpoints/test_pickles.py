"""Nothing in a weight file is ever run."""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.checkpoints.xtuner import save_pth
from workbench.checkpoints.pickles import Inert, read_structure, read_tensors
from workbench.errors import WorkbenchError


class _Attack:
    """Unpickled without care, it creates a file."""

    def __init__(self, victim: Path) -> None:
        self._victim = victim

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._victim,)


class _Lookup:
    """An attribute of an object, as a history of MMEngine names its statistics."""

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, ("text", "upper")


def test_tensors_come_out_as_they_went_in(tmp_path: Path) -> None:
    tensor = torch.arange(6.0).view(2, 3)
    torch.save({"weight": tensor}, tmp_path / "weights.bin")
    assert torch.equal(read_tensors(tmp_path / "weights.bin")["weight"], tensor)


@pytest.mark.parametrize("read", [read_tensors, read_structure])
@pytest.mark.parametrize("is_zip", [True, False])
def test_an_object_that_runs_code_is_refused(tmp_path: Path, read: Any, is_zip: bool) -> None:
    victim, file = tmp_path / "was_run", tmp_path / "weights.bin"
    content = {"weight": torch.zeros(1), "extra": _Attack(victim)}
    torch.save(content, file, _use_new_zipfile_serialization=is_zip)
    torch.load(file, weights_only=False)
    assert victim.exists(), "the attack itself must work, or this test proves nothing"
    victim.unlink()
    with pytest.raises(WorkbenchError) as caught:
        read(file)
    assert not victim.exists()
    assert caught.value.where == str(file)


def test_an_attribute_is_not_looked_up(tmp_path: Path) -> None:
    torch.save({"state": _Lookup()}, tmp_path / "lookup.pth")
    found = read_structure(tmp_path / "lookup.pth")["state"]
    assert isinstance(found, Inert)
    assert found.values == ("text", "upper")


def test_harmless_objects_of_trainings_do_not_bar_the_weights(tmp_path: Path) -> None:
    counts = defaultdict(list, {"loss": [1.0]})
    extra = {"args": Namespace(lr=1e-4), "began": datetime(2024, 5, 1, tzinfo=UTC), "work_dir": tmp_path}
    torch.save({"weight": torch.zeros(1), "counts": counts, **extra}, tmp_path / "run.pth")
    content = read_structure(tmp_path / "run.pth")
    assert content["counts"] == {"loss": [1.0]}
    assert content["args"].state == {"lr": 1e-4}
    assert all(isinstance(content[name], Inert) for name in extra)
    assert content["weight"].is_meta


def test_a_file_of_mmengine_is_read_with_its_histories(tmp_path: Path) -> None:
    tensor = torch.arange(6.0)
    pth = save_pth(tmp_path / "iter_12.pth", {"llm.weight": tensor})
    named = torch.serialization.get_unsafe_globals_in_checkpoint(pth)
    assert {"builtins.getattr", "mmengine.logging.history_buffer.HistoryBuffer", "numpy.dtype"} <= set(named)
    content = read_structure(pth)
    assert content["meta"]["iter"] == 12
    assert isinstance(content["message_hub"]["log_scalars"]["train/loss"], Inert)
    assert content["state_dict"]["llm.weight"].is_meta


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"\x93not weights")
    with pytest.raises(WorkbenchError):
        read_tensors(tmp_path / "weights.bin")
