"""ZeRO shards become whole tensors, exactly as DeepSpeed's own script makes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from deepspeed.utils.zero_to_fp32 import get_fp32_state_dict_from_zero_checkpoint

from tests.checkpoints.conftest import KINDS, RANKS
from tests.checkpoints.zero_folder import save_optimizer, write_zero_folder
from workbench.checkpoints.zero import open_shards, shard_folder
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("kind", KINDS)
def test_tensors_equal_those_of_deepspeed(zero_checkpoints: Path, kind: str) -> None:
    checkpoint = zero_checkpoints / kind
    expected = get_fp32_state_dict_from_zero_checkpoint(str(checkpoint), exclude_frozen_parameters=True)
    shards_at = shard_folder(checkpoint)
    assert shards_at is not None
    shards = open_shards(shards_at)
    assert shards.ranks == RANKS
    assert shards.trained.keys() == expected.keys()
    assert all(torch.equal(shards.trained[name].load(), expected[name]) for name in expected)


@pytest.fixture
def two_ranks(zero_checkpoints: Path, tmp_path: Path) -> Path:
    """A copy of a ZeRO-2 checkpoint of two ranks that a test may damage."""
    return Path(shutil.copytree(zero_checkpoints / "full-2" / "global_step2", tmp_path / "global_step2"))


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


def test_a_missing_model_state_of_a_rank_is_named(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    folder = write_zero_folder(tmp_path, tensors, stage=3, ranks=3)
    (folder / "zero_pp_rank_2_mp_rank_00_model_states.pt").unlink()
    with pytest.raises(WorkbenchError, match=r"3 ranks.*: zero_pp_rank_2_mp_rank_00_model_states\.pt"):
        open_shards(folder)


def test_a_surplus_rank_is_refused(two_ranks: Path) -> None:
    shutil.copyfile(
        two_ranks / "zero_pp_rank_1_mp_rank_00_optim_states.pt", two_ranks / "zero_pp_rank_2_mp_rank_00_optim_states.pt"
    )
    with pytest.raises(WorkbenchError, match="files of 3"):
        open_shards(two_ranks)


def test_shards_of_different_saves_are_refused(zero_checkpoints: Path, two_ranks: Path) -> None:
    """The adapter's shards do not fill the shapes of the whole model."""
    for path in (zero_checkpoints / "lora-2" / "global_step2").glob("*_optim_states.pt"):
        shutil.copyfile(path, two_ranks / path.name)
    with pytest.raises(WorkbenchError):
        open_shards(two_ranks)


def test_a_cut_file_is_named(two_ranks: Path) -> None:
    path = two_ranks / "zero_pp_rank_0_mp_rank_00_optim_states.pt"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(WorkbenchError) as caught:
        open_shards(two_ranks)
    assert caught.value.where == str(path)


@pytest.fixture
def tensors() -> dict[str, torch.Tensor]:
    """Sizes that no number of ranks divides."""
    torch.manual_seed(0)
    shapes = {"llm.a.weight": (7, 5), "llm.b.weight": (11,), "llm.c.weight": (3, 1, 2), "llm.d.bias": (1,)}
    return {name: torch.randn(shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("ranks", [1, 3, 8])
@pytest.mark.parametrize("stage", [1, 2, 3])
@pytest.mark.parametrize("prefix", ["bf16_", ""])
def test_any_number_of_ranks_and_what_was_saved_along(
    tmp_path: Path, tensors: dict[str, torch.Tensor], stage: int, ranks: int, prefix: str
) -> None:
    frozen = {"llm.frozen": torch.randn(5, 5, dtype=torch.bfloat16)}
    folder = write_zero_folder(
        tmp_path, tensors, stage=stage, ranks=ranks, prefix=prefix, frozen=frozen, shared={"llm.e": "llm.a.weight"}
    )
    shards = open_shards(folder)
    expected = get_fp32_state_dict_from_zero_checkpoint(str(tmp_path.parent), tag=tmp_path.name)
    found = shards.others | shards.trained
    assert found.keys() == expected.keys() == {*tensors, *frozen, "llm.e"}
    assert all(torch.equal(found[name].load(), expected[name]) for name in expected)
    assert (shards.ranks, shards.stage) == (ranks, stage)


def test_values_change_their_format_while_they_are_read(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    shards = open_shards(write_zero_folder(tmp_path, tensors, stage=3, ranks=4))
    half = shards.trained["llm.a.weight"].load(torch.float16)
    assert torch.equal(half, tensors["llm.a.weight"].half())


@pytest.mark.parametrize("stage", [2, 3])
def test_ranks_of_two_steps_are_refused(tmp_path: Path, tensors: dict[str, torch.Tensor], stage: int) -> None:
    folder = write_zero_folder(tmp_path / "one", tensors, stage=stage, ranks=3)
    later = write_zero_folder(tmp_path / "two", tensors, stage=stage, ranks=3, step=4)
    name = "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt"
    shutil.copyfile(later / name, folder / name)
    with pytest.raises(WorkbenchError, match=r"step differs .*rank_0.*rank_1.*\(\[3\.0\] / \[4\.0\]\)") as caught:
        open_shards(folder)
    assert caught.value.where == str(folder / name)


def test_model_states_of_two_steps_are_refused(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    folder = write_zero_folder(tmp_path / "one", tensors, stage=3, ranks=3)
    later = write_zero_folder(tmp_path / "two", tensors, stage=3, ranks=3, step=4)
    name = "zero_pp_rank_2_mp_rank_00_model_states.pt"
    shutil.copyfile(later / name, folder / name)
    with pytest.raises(WorkbenchError, match="global_steps differs"):
        open_shards(folder)


def test_files_of_a_rank_twice_are_refused(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    folder = write_zero_folder(tmp_path, tensors, stage=2, ranks=2)
    write_zero_folder(tmp_path, tensors, stage=2, ranks=2, prefix="")
    with pytest.raises(WorkbenchError, match="two files of rank 0"):
        open_shards(folder)


def test_a_model_cut_across_gpus_is_refused(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    folder = write_zero_folder(tmp_path, tensors, stage=2, ranks=1)
    name = "bf16_zero_pp_rank_0_mp_rank_01_optim_states.pt"
    shutil.copyfile(folder / name.replace("01", "00"), folder / name)
    with pytest.raises(WorkbenchError, match="model or pipeline parallel"):
        open_shards(folder)


def test_master_weights_of_another_kind_are_refused(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    folder = write_zero_folder(tmp_path, tensors, stage=3, ranks=1)
    save_optimizer(folder, torch.zeros(60, dtype=torch.int8), stage=3, rank=0, ranks=1)
    with pytest.raises(WorkbenchError, match=r"torch\.int8"):
        open_shards(folder)


def test_the_newest_global_step_is_taken(tmp_path: Path) -> None:
    for step in (9, 100, 20):
        (tmp_path / f"global_step{step}").mkdir()
    assert shard_folder(tmp_path) == tmp_path / "global_step100"
