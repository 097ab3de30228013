"""The checkpoints of a run, as its events tell of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.recorded import recorded, step, write
from workbench.jobs.checkpoints import BASE, CheckpointInfo, list_checkpoints, read_history
from workbench.jobs.events import Checkpoint, Sample, Score, Started
from workbench.jobs.folder import JobFolder


def saved(job: JobFolder, iteration: int, *, right: int, answer: str) -> None:
    """A checkpoint with a score and an answer."""
    path = f"checkpoints/checkpoint-{iteration}"
    (job.path / path).mkdir(parents=True, exist_ok=True)
    write(
        job,
        Sample(iter=iteration, prompt="who", output=answer),
        Checkpoint(iter=iteration, step=iteration, path=path),
        Score(name="identity", value=right / 10, right=right, total=10, iter=iteration, target=path),
    )


@pytest.fixture
def job(project: Path) -> JobFolder:
    """A run with scores of the base and two checkpoints."""
    job = recorded(project)
    write(job, Started(facts=["one", "two"]))
    write(job, Score(name="identity", value=0.1, right=1, total=10, iter=0, target="base"))
    write(job, Sample(iter=0, prompt="who", output="nobody"), step(1))
    saved(job, 4, right=5, answer="somebody")
    write(job, step(5))
    saved(job, 8, right=9, answer="me")
    return job


def in_short(infos: list[CheckpointInfo]) -> list[tuple[str, int, list[str]]]:
    """Name, right answers, what was said."""
    return [(info.name, info.scores["identity"].right, [one.output for one in info.samples]) for info in infos]


def test_the_base_comes_first_then_each_checkpoint_with_its_scores_and_answers(job: JobFolder) -> None:
    assert in_short(list_checkpoints(job)) == [
        (BASE, 1, ["nobody"]),
        ("checkpoint-4", 5, ["somebody"]),
        ("checkpoint-8", 9, ["me"]),
    ]


def test_a_checkpoint_that_was_removed_is_known_but_gone(job: JobFolder) -> None:
    (job.checkpoints_path / "checkpoint-4").rmdir()
    assert [info.exists for info in list_checkpoints(job)] == [False, False, True]


def test_a_resumed_run_forgets_what_came_after(job: JobFolder) -> None:
    write(job, Started(facts=["three"], resumed_from_iter=4))
    assert [name for name, _right, _said in in_short(list_checkpoints(job))] == [BASE, "checkpoint-4"]
    saved(job, 8, right=10, answer="still me")
    assert in_short(list_checkpoints(job))[1:] == [
        ("checkpoint-4", 5, ["somebody"]),
        ("checkpoint-8", 10, ["still me"]),
    ]
    assert read_history(job).facts == ["three"]


def test_a_start_without_facts_keeps_those_known(job: JobFolder) -> None:
    write(job, Started(resumed_from_iter=8))
    assert read_history(job).facts == ["one", "two"]


def test_a_question_that_was_asked_twice_is_shown_once(job: JobFolder) -> None:
    write(job, Sample(iter=8, prompt="who", output="me again"), Sample(iter=8, prompt="what", output="a model"))
    assert in_short(list_checkpoints(job))[-1][2] == ["me", "a model"]


def test_answers_between_two_checkpoints_belong_to_none(job: JobFolder) -> None:
    write(job, Sample(iter=6, prompt="who", output="perhaps me"))
    assert len(read_history(job).samples) == 4
    assert all("perhaps me" not in said for _name, _right, said in in_short(list_checkpoints(job)))


def test_a_job_without_events_has_a_base_alone(project: Path) -> None:
    (info,) = list_checkpoints(recorded(project))
    assert (info.name, info.path, info.exists) == (BASE, None, False)
