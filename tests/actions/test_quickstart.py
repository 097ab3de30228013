"""The journey begins in a folder that can be written, with a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.recorded import recorded, write
from workbench.actions.quickstart import start_quickstart, training_of
from workbench.errors import WorkbenchError
from workbench.jobs.events import Progress


def test_the_folder_is_made(tmp_path: Path) -> None:
    job = start_quickstart(tmp_path / "deep" / "demo", "  小明 ")
    assert job.record.project == str(tmp_path / "deep" / "demo")
    assert job.record.arguments == {"name": "小明"}


def test_an_assistant_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="needs a name"):
        start_quickstart(tmp_path / "demo", "  ")
    assert not (tmp_path / "demo").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkbenchError, match="cannot be made"):
        start_quickstart(tmp_path / "file" / "demo")


def test_the_training_of_a_journey_is_what_there_is_to_watch(project: Path) -> None:
    journey = recorded(project, "quickstart/20260921_141320", kind="quickstart")
    training = recorded(project, "demo/20260921_141330")
    write(journey, Progress(stage="training", done=0, total=1, job=training.id))
    assert training_of(journey) == training


def test_a_journey_that_ended_before_its_training_is_itself_what_there_is_to_see(project: Path) -> None:
    journey = recorded(project, kind="quickstart", exit_code=1)
    assert training_of(journey) == journey
