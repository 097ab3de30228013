"""Checkpoints appear whole or not at all, and older ones go only when a newer one is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.checkpoints_on_disk import save_checkpoint
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.training.saving import UNFINISHED, discard_unfinished, notes_of, publish, remove_surplus

GOOD = {"identity": 1.0, "retention": 1.0}
POOR = {"identity": 0.5, "retention": 1.0}


def kept(checkpoints: Path) -> list[int]:
    return sorted(int(path.name.split("-")[1]) for path in checkpoints.iterdir())


def five(checkpoints: Path, best: int | None = None) -> Path:
    """Checkpoints after 10, 20 … 50 steps, one of them better than the others."""
    for step in (10, 20, 30, 40, 50):
        save_checkpoint(checkpoints, step, scores=GOOD if step == best else POOR)
    return checkpoints


@pytest.mark.parametrize(
    ("limit", "left"), [(-1, [10, 20, 30, 40, 50]), (9, [10, 20, 30, 40, 50]), (5, [10, 20, 30, 40, 50]), (1, [50])]
)
def test_as_many_as_allowed_are_kept(tmp_path: Path, limit: int, left: list[int]) -> None:
    remove_surplus(five(tmp_path, best=50), limit, 50, {})
    assert kept(tmp_path) == left


@pytest.mark.parametrize(("limit", "left"), [(1, [20, 50]), (2, [20, 40, 50]), (4, [20, 30, 40, 50])])
def test_the_best_is_kept_beside_the_newest(tmp_path: Path, limit: int, left: list[int]) -> None:
    remove_surplus(five(tmp_path, best=20), limit, 50, {})
    assert kept(tmp_path) == left


def test_without_scores_the_best_has_the_lowest_validation_loss(tmp_path: Path) -> None:
    for step, loss in ((10, 2.0), (20, 1.5), (30, 1.6), (40, 1.7)):
        save_checkpoint(tmp_path, step)
        write_provenance(tmp_path / f"checkpoint-{step}", Provenance(validation_loss=loss))
    remove_surplus(tmp_path, 1, 40, {})
    assert kept(tmp_path) == [20, 40]


def test_a_best_one_among_the_newest_takes_no_other_place(tmp_path: Path) -> None:
    remove_surplus(five(tmp_path, best=40), 3, 50, {})
    assert kept(tmp_path) == [30, 40, 50]


def test_one_that_forgot_is_not_the_best(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 10, scores={"identity": 1.0, "retention": 0.3})
    save_checkpoint(tmp_path, 20, scores={"identity": 0.9, "retention": 0.95})
    for step in (30, 40):
        save_checkpoint(tmp_path, step, scores=POOR)
    remove_surplus(tmp_path, 1, 40, {"retention": 1.0})
    assert kept(tmp_path) == [20, 40]


def test_an_incomplete_one_is_left_alone_and_takes_no_place(tmp_path: Path) -> None:
    (five(tmp_path) / "checkpoint-50" / "optimizer.pt").unlink()
    remove_surplus(tmp_path, 1, 50, {})
    assert kept(tmp_path) == [40, 50]


def test_what_an_abandoned_continuation_left_is_left_alone(tmp_path: Path) -> None:
    remove_surplus(five(tmp_path), 1, 30, {})
    assert kept(tmp_path) == [30, 40, 50]


def test_scores_are_those_noted_beside_the_weights(tmp_path: Path) -> None:
    five(tmp_path, best=20)
    write_provenance(tmp_path / "checkpoint-10", Provenance(scores={"identity": 0.7}, iter=40))
    found = {name: note.scores for name, note in notes_of(tmp_path, 20).items()}
    assert found == {"checkpoint-10": {"identity": 0.7}, "checkpoint-20": GOOD}
    known = read_provenance(tmp_path / "checkpoint-10")
    assert known is not None and known.iter == 40


def test_a_finished_checkpoint_gets_its_name(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED).mkdir()
    (tmp_path / UNFINISHED / "weights").write_text("new")
    publish(tmp_path / UNFINISHED, tmp_path / "checkpoint-10")
    assert (tmp_path / "checkpoint-10" / "weights").read_text() == "new"
    assert kept(tmp_path) == [10]


def test_one_of_the_same_name_is_replaced_as_a_whole(tmp_path: Path) -> None:
    for name, content in (("checkpoint-10", "old"), (UNFINISHED, "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / content).touch()
    publish(tmp_path / UNFINISHED, tmp_path / "checkpoint-10")
    assert [path.name for path in (tmp_path / "checkpoint-10").iterdir()] == ["new"]
    assert kept(tmp_path) == [10]


def test_what_an_interrupted_save_left_is_removed(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 10)
    for name in (UNFINISHED, ".replaced/checkpoint-10"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "half").touch()
    discard_unfinished(tmp_path)
    assert kept(tmp_path) == [10]
    discard_unfinished(tmp_path / "nowhere")


def test_a_checkpoint_that_was_about_to_be_replaced_comes_back(tmp_path: Path) -> None:
    """The power went between the two renames of `publish`."""
    save_checkpoint(tmp_path, 10)
    (tmp_path / ".replaced").mkdir()
    (tmp_path / "checkpoint-10").rename(tmp_path / ".replaced" / "checkpoint-10")
    discard_unfinished(tmp_path)
    assert kept(tmp_path) == [10]
    assert (tmp_path / "checkpoint-10" / "trainer_state.json").is_file()
