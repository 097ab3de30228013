"""What a finished job made."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.recorded import BEGAN, recorded, step, write
from workbench.jobs.events import Failed, Finished
from workbench.jobs.results import results_of


def test_a_finished_job_tells_what_it_made(project: Path) -> None:
    job = recorded(project)
    write(job, step(1), Finished(results={"merged": "out", "seconds": 1.5}))
    assert results_of(job) == {"merged": "out", "seconds": 1.5}


def test_a_job_that_has_not_finished_made_nothing(project: Path) -> None:
    job = recorded(project)
    assert results_of(job) == {}
    write(job, step(1), Failed(reason="no data"))
    assert results_of(job) == {}


def test_what_a_job_made_before_it_was_resumed_is_past(project: Path) -> None:
    job = recorded(project)
    write(job, Finished(results={"checkpoint": "old"}, stopped=True), at=BEGAN - 100)
    assert results_of(job) == {}
