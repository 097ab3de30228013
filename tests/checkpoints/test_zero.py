"""ZeRO shards become whole tensors, exactly as DeepSpeed's own script makes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from deepspeed.utils.zero_to_fp32 import get_fp32_state_dict_from_zero_checkpoint

from tests.checkpoints.conftest import KINDS
from workbench.checkpoints.zero import open_shards, shard_folder
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_tensors_equal_those_of_deepspeed(zero_checkpoints: dict[int, Path], ranks: int, kind: str) -> None:
    checkpoint = zero_checkpoints[ranks] / kind
    expected = get_fp32_state_dict_from_zero_checkpoint(str(checkpoint), exclude_frozen_parameters=True)
    shards_at = shard_folder(checkpoint)
    assert shards_at is not None
    shards = open_shards(shards_at)
    found = dict(shards.tensors())
    assert shards.ranks == ranks
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert shards.total_bytes == sum(tensor.numel() * 4 for tensor in found.values())


@pytest.fixture
def two_ranks(zero_checkpoints: dict[int, Path], tmp_path: Path) -> Path:
    """A copy of a ZeRO-2 checkpoint of two ranks that a test may damage."""
    return Path(shutil.copytree(zero_checkpoints[2] / "full-2" / "global_step2", tmp_path / "global_step2"))


@pytest.mark.parametrize("rank", [0, 1])
def test_a_missing_rank_is_named(two_ranks: Path, rank: int) -> None:
    name = f"zero_pp_rank_{rank}_mp_rank_00_optim_states.pt"
    (two_ranks / name).unlink()
    with pytest.raises(WorkbenchError, match="2 ranks") as caught:
        open_shards(two_ranks)
    assert name in caught.value.what


def test_a_missing_model_state_is_named(two_ranks: Path) -> None:
    (two_ranks / "mp_rank_00_model_states.pt").unlink()
    with pytest.raises(WorkbenchError, match=r"mp_rank_00_model_states\.pt"):
        open_shards(two_ranks)


def test_a_surplus_rank_is_refused(two_ranks: Path) -> None:
    shutil.copyfile(
        two_ranks / "zero_pp_rank_1_mp_rank_00_optim_states.pt", two_ranks / "zero_pp_rank_2_mp_rank_00_optim_states.pt"
    )
    with pytest.raises(WorkbenchError, match="files of 3"):
        open_shards(two_ranks)


def test_shards_of_different_saves_are_refused(zero_checkpoints: dict[int, Path], two_ranks: Path) -> None:
    """The adapter's shards do not fill the shapes of the whole model."""
    for path in (zero_checkpoints[2] / "lora-2" / "global_step2").glob("*_optim_states.pt"):
        shutil.copyfile(path, two_ranks / path.name)
    with pytest.raises(WorkbenchError):
        list(open_shards(two_ranks).tensors())


def test_a_cut_file_is_named(two_ranks: Path) -> None:
    path = two_ranks / "zero_pp_rank_0_mp_rank_00_optim_states.pt"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(WorkbenchError) as caught:
        open_shards(two_ranks)
    assert caught.value.where == str(path)


def test_the_newest_global_step_is_taken(tmp_path: Path) -> None:
    for step in (9, 100, 20):
        (tmp_path / f"global_step{step}").mkdir()
    assert shard_folder(tmp_path) == tmp_path / "global_step100"
