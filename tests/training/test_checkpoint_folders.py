"""A checkpoint is complete when a training can go on from it, and only then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.checkpoints_on_disk import save_checkpoint, write_weights
from workbench.training.checkpoint_folders import (
    checkpoint_folders,
    checkpoint_name,
    has_zero_shards,
    last_complete,
    rank_count,
    step_of,
    what_is_missing,
)

PLAIN = ["trainer_state.json", "adapter_model.safetensors", "scheduler.pt", "rng_state.pth", "optimizer.pt"]
SHARDED = [
    "rng_state_0.pth",
    "rng_state_1.pth",
    "global_step8/mp_rank_00_model_states.pt",
    "global_step8/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt",
    "global_step8/bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt",
]


def names(folders: list[Path]) -> list[str]:
    return [folder.name for folder in folders]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return save_checkpoint(tmp_path, 8)


@pytest.fixture
def sharded(tmp_path: Path) -> Path:
    return save_checkpoint(tmp_path, 8, ranks=2, zero_stage=2)


def test_a_name_holds_its_step() -> None:
    assert step_of(Path("x") / checkpoint_name(120)) == 120
    assert step_of(Path("checkpoint-12.old")) is None
    assert step_of(Path("my-checkpoint-12")) is None


def test_folders_come_in_the_order_of_their_steps(tmp_path: Path) -> None:
    for name in ("checkpoint-100", "checkpoint-9", "checkpoint-20", "checkpoint-x", ".unfinished"):
        (tmp_path / name).mkdir()
    (tmp_path / "checkpoint-7").touch()
    assert names(checkpoint_folders(tmp_path)) == ["checkpoint-9", "checkpoint-20", "checkpoint-100"]
    assert checkpoint_folders(tmp_path / "nowhere") == []


def test_a_whole_checkpoint_lacks_nothing(plain: Path) -> None:
    assert what_is_missing(plain) is None
    assert not has_zero_shards(plain)
    assert rank_count(plain) == 1


def test_a_whole_checkpoint_of_deepspeed_lacks_nothing(sharded: Path) -> None:
    assert what_is_missing(sharded) is None
    assert has_zero_shards(sharded)
    assert rank_count(sharded) == 2


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("kept", [None, 0, 0.5])
def test_a_missing_or_cut_file_is_named(plain: Path, name: str, kept: float | None) -> None:
    damage(plain / name, kept)
    assert what_is_missing(plain) == ("*.safetensors" if name.endswith("tensors") and kept is None else name)


@pytest.mark.parametrize("name", SHARDED)
@pytest.mark.parametrize("kept", [None, 0.5])
def test_a_missing_or_cut_file_of_a_rank_is_named(sharded: Path, name: str, kept: float | None) -> None:
    damage(sharded / name, kept)
    missing = what_is_missing(sharded)
    assert missing is not None
    assert Path(name).match(missing)


@pytest.mark.parametrize("rank", [0, 1])
def test_under_zero_3_the_weights_of_every_rank_are_needed(tmp_path: Path, rank: int) -> None:
    folder = save_checkpoint(tmp_path, 8, ranks=2, zero_stage=3)
    assert what_is_missing(folder) is None
    name = f"zero_pp_rank_{rank}_mp_rank_00_model_states.pt"
    (folder / "global_step8" / name).unlink()
    missing = what_is_missing(folder)
    assert missing is not None and Path(name).match(missing)


def damage(path: Path, kept: float | None) -> None:
    """Remove a file, or keep so much of it."""
    if kept is None:
        path.unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * kept)])


def test_a_weight_file_that_lost_its_last_byte_is_named(plain: Path) -> None:
    path = plain / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert what_is_missing(plain) == path.name


def test_weights_in_several_files_must_all_be_there(plain: Path) -> None:
    parts = [f"model-{number:05}-of-00002.safetensors" for number in (1, 2)]
    for name in parts:
        write_weights(plain / name)
    index = plain / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": dict(zip("ab", parts, strict=True))}))
    assert what_is_missing(plain) is None
    (plain / parts[1]).unlink()
    assert what_is_missing(plain) == parts[1]
    index.write_text("{")
    assert what_is_missing(plain) == index.name


def test_training_arguments_are_no_weights(plain: Path) -> None:
    (plain / "adapter_model.safetensors").rename(plain / "training_args.bin")
    assert what_is_missing(plain) == "*.safetensors"


def test_the_newest_complete_checkpoint_is_found_and_the_torn_ones_named(tmp_path: Path) -> None:
    for step in (4, 8, 12, 16):
        save_checkpoint(tmp_path, step)
    (tmp_path / "checkpoint-16" / "optimizer.pt").unlink()
    (tmp_path / "checkpoint-12" / "scheduler.pt").write_bytes(b"")
    found, torn = last_complete(tmp_path)
    assert found == tmp_path / "checkpoint-8"
    assert [(folder.name, missing) for folder, missing in torn] == [
        ("checkpoint-16", "optimizer.pt"),
        ("checkpoint-12", "scheduler.pt"),
    ]


def test_without_checkpoints_there_is_none(tmp_path: Path) -> None:
    assert last_complete(tmp_path) == (None, [])
