"""One line about a job."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

from tests.jobs.recorded import ended_process, recorded, step, write
from workbench.jobs.events import Failed, Finished, Progress, Sample
from workbench.jobs.folder import RECORD_FILE
from workbench.jobs.process import identify
from workbench.jobs.rows import job_row


def test_a_training_shows_its_last_step(project: Path) -> None:
    job = recorded(project, process=ended_process())
    job.exit_path.write_text(json.dumps({"returncode": 0, "ended": job.record.started + 720}))
    write(job, step(41, loss=2.0), step(42, loss=1.23456), Sample(iter=42, prompt="who", output="me"), Finished())
    row = job_row(job)
    assert row is not None
    assert row.cells()[:5] == (job.id, "train", "✓ finished", "42/100", "1.2346")
    assert row.cells()[6] == row.way_text == "took 12 min"
    assert row.as_json() == {
        "job": job.id,
        "path": str(job.path),
        "kind": "train",
        "state": "finished",
        "progress": "42/100",
        "slurm": None,
        "loss": 1.2346,
        "seconds_left": None,
        "seconds_taken": 720.0,
        "started": "2026-09-21T14:13:20+00:00",
        "exit_code": 0,
        "reason": None,
    }


def test_one_that_runs_shows_how_long_it_still_takes(project: Path) -> None:
    job = recorded(project, process=identify(os.getpid()))
    write(job, step(25, loss=2.0).model_copy(update={"eta": 200.0}))
    row = job_row(job)
    assert row is not None
    assert (row.progress, row.time_text, row.way_text) == ("25/100", "3.3 min left", "25%, 3.3 min left")
    job.exit_path.write_text(json.dumps({"returncode": 1, "ended": job.record.started + 5}))
    row = job_row(job)
    assert row is not None
    assert row.way_text == "25%, took 5 s"


def test_a_failed_job_tells_programs_why(project: Path) -> None:
    job = recorded(project, process=ended_process(), exit_code=1)
    write(job, Failed(reason="no data"))
    row = job_row(job)
    assert row is not None
    assert (row.as_json()["exit_code"], row.as_json()["reason"]) == (1, "no data")


def test_other_jobs_show_how_far_their_stage_is(project: Path) -> None:
    job = recorded(project, kind="merge", process=ended_process(), exit_code=0)
    write(job, Progress(stage="merging", done=1, total=3))
    row = job_row(job)
    assert row is not None
    assert (row.kind, row.progress, row.loss, row.as_json()["loss"]) == ("merge", "merging 33%", "", None)


def test_a_job_that_has_said_nothing_has_a_line(project: Path) -> None:
    row = job_row(recorded(project, process=ended_process()))
    assert row is not None
    assert row.cells()[2:5] == ("? lost", "", "")


def test_a_diverged_loss_is_valid_json(project: Path) -> None:
    job = recorded(project, process=ended_process(), exit_code=0)
    write(job, step(1, loss=math.nan))
    row = job_row(job)
    assert row is not None
    assert json.loads(json.dumps(row.as_json(), allow_nan=False))["loss"] == "nan"


def test_a_damaged_job_has_no_line(project: Path) -> None:
    job = recorded(project)
    (job.path / RECORD_FILE).write_text("{")
    assert job_row(job) is None
