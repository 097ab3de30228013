"""Nothing in a weight file is ever run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from workbench.checkpoints.pickles import read_tensors
from workbench.errors import WorkbenchError


class _Attack:
    """Unpickled without care, it creates a file."""

    def __init__(self, victim: Path) -> None:
        self._victim = victim

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._victim,)


def test_tensors_come_out_as_they_went_in(tmp_path: Path) -> None:
    tensor = torch.arange(6.0).view(2, 3)
    torch.save({"weight": tensor}, tmp_path / "weights.bin")
    assert torch.equal(read_tensors(tmp_path / "weights.bin")["weight"], tensor)


def test_an_object_that_runs_code_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "was_run"
    torch.save({"weight": torch.zeros(1), "extra": _Attack(victim)}, tmp_path / "weights.bin")
    torch.load(tmp_path / "weights.bin", weights_only=False)
    assert victim.exists(), "the attack itself must work, or this test proves nothing"
    victim.unlink()
    with pytest.raises(WorkbenchError) as caught:
        read_tensors(tmp_path / "weights.bin")
    assert not victim.exists()
    assert caught.value.where == str(tmp_path / "weights.bin")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_text("not weights")
    with pytest.raises(WorkbenchError):
        read_tensors(tmp_path / "weights.bin")
