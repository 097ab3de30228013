"""A checkpoint whose files are not those that were saved is told, also where each of them looks whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.checkpoints_on_disk import save_checkpoint
from workbench.configs.provenance import Provenance, write_provenance
from workbench.training.checkpoint_folders import last_complete, what_is_missing
from workbench.training.manifest import MANIFEST_FILE, what_is_damaged, write_manifest


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = save_checkpoint(tmp_path, 8, ranks=2, zero_stage=2)
    write_manifest(folder)
    return folder


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_what_was_saved_is_whole(checkpoint: Path) -> None:
    assert what_is_damaged(checkpoint) is None


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("name", ["adapter_model.safetensors", "global_step8/mp_rank_00_model_states.pt"])
def test_a_changed_byte_is_told_though_the_file_is_whole(checkpoint: Path, name: str, place: int) -> None:
    flip(checkpoint / name, place)
    assert what_is_damaged(checkpoint) == name


def test_a_lost_file_of_any_kind_is_told(checkpoint: Path) -> None:
    (checkpoint / "latest").unlink()
    assert what_is_damaged(checkpoint) == "latest"


def test_scores_may_be_added_later(checkpoint: Path) -> None:
    write_provenance(checkpoint, Provenance(scores={"identity": 1.0}))
    assert what_is_damaged(checkpoint) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": 3}'])
def test_a_torn_manifest_is_a_damage(checkpoint: Path, content: str) -> None:
    (checkpoint / MANIFEST_FILE).write_text(content)
    assert what_is_damaged(checkpoint) == MANIFEST_FILE


def test_a_checkpoint_of_old_has_no_manifest_and_can_be_gone_on_with(checkpoint: Path) -> None:
    (checkpoint / MANIFEST_FILE).unlink()
    assert last_complete(checkpoint.parent) == (checkpoint, [])


def test_the_newest_is_passed_over_for_one_changed_byte(checkpoint: Path) -> None:
    older = save_checkpoint(checkpoint.parent, 4)
    write_manifest(older)
    flip(checkpoint / "adapter_model.safetensors", -1)
    assert what_is_missing(checkpoint) is None, "its header says that it is whole"
    assert last_complete(checkpoint.parent) == (older, [(checkpoint, "adapter_model.safetensors")])
