"""Results go where nothing is yet, and their jobs tell what they are made of."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.recorded import recorded
from workbench.actions.targets import free_name, job_name


def test_a_free_name_is_taken_as_it_is(tmp_path: Path) -> None:
    assert free_name(tmp_path / "adapter") == tmp_path / "adapter"


def test_a_taken_name_is_numbered(tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    assert free_name(tmp_path / "adapter") == tmp_path / "adapter-2"
    (tmp_path / "adapter-2").touch()
    assert free_name(tmp_path / "adapter") == tmp_path / "adapter-3"


def test_a_job_is_named_for_the_training_of_a_checkpoint(tmp_path: Path) -> None:
    job = recorded(tmp_path)
    for folder in (job.checkpoints_path / "checkpoint-8", job.results_path / "checkpoint-8"):
        assert job_name("merge", folder) == "merge-demo-checkpoint-8"
    assert job_name("merge", tmp_path / "adapter") == "merge-adapter"
