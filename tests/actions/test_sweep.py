"""A sweep: nothing begins before all points are sound; what was begun is put side by side."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.actions.test_train import a_config
from tests.jobs.recorded import step, write
from workbench.actions.sweep import make_sweep, start_points
from workbench.actions.sweep_points import grid_points
from workbench.actions.sweep_table import sweep_table
from workbench.actions.sweep_text import table_cells
from workbench.commands.sweep import go_on
from workbench.configs.files import dump_config, load_config
from workbench.errors import WorkbenchError
from workbench.jobs.events import Checkpoint, Event, Failed, Finished, Score, Validation
from workbench.jobs.find import find_job, list_jobs
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.process import identify
from workbench.jobs.sweeps import SweepFolder, find_sweep, list_sweeps


@pytest.fixture
def sweep(project: Path) -> SweepFolder:
    """Three learning rates, none of them begun."""
    return make_sweep(a_config(), "demo", grid_points(["lr=1e-4,2e-4,4e-4"]), project=project)


def ended(sweep: SweepFolder, number: int, *events: Event, code: int = 0) -> JobFolder:
    """The training of a point, as it leaves its folder."""
    job = JobFolder(sweep.path / sweep.record.points[number].name / "20260921_141320")
    job.path.mkdir(parents=True)
    job.write_record(JobRecord(kind="train", name="demo", command=["true"], project=sweep.record.project))
    job.exit_path.write_text(json.dumps({"returncode": code}))
    write(job, *events)
    return job


def scored(sweep: SweepFolder, number: int, identity: float, loss: float) -> JobFolder:
    """A finished training with one checkpoint."""
    base = Score(name="identity", value=0.0, right=0, total=10, iter=0)
    score = Score(name="identity", value=identity, right=round(identity * 10), total=10, iter=4)
    saved = Checkpoint(iter=4, step=4, path="checkpoints/checkpoint-4")
    job = ended(sweep, number, base, step(4, loss, 4), saved, score, Finished())
    (job.checkpoints_path / "checkpoint-4").mkdir(parents=True)
    return job


def test_all_points_are_looked_at_before_anything_is_made(project: Path) -> None:
    points = grid_points(["data_path=sample:general_dialogue.json,nowhere.json"])
    with pytest.raises(WorkbenchError) as caught:
        make_sweep(a_config(), "demo", points, project=project)
    assert (caught.value.where or "").startswith("2-data_path=nowhere.json: ")
    with pytest.raises(WorkbenchError, match=r"lora\.rr"):
        make_sweep(a_config(), "demo", grid_points(["lora.rr=8,16"]), project=project)
    with pytest.raises(WorkbenchError, match="the same training as 1-lr=1e-3"):
        make_sweep(a_config(), "demo", grid_points(["lr=1e-3,0.001"]), project=project)
    assert not (project / "work_dirs").exists()


def test_a_sweep_is_found_by_what_it_is_called(project: Path, sweep: SweepFolder) -> None:
    assert list_sweeps(project) == [sweep]
    for reference in ("last", "demo", sweep.id, sweep.path.name, str(sweep.path)):
        assert find_sweep(project, reference).path == sweep.path
    with pytest.raises(WorkbenchError, match="There is no sweep other"):
        find_sweep(project, "other")
    job = ended(sweep, 0, Finished())
    assert job.id == "demo-sweep/1-lr=1e-4/20260921_141320"
    assert find_job(project, "1-lr").path == find_job(project, job.id).path == job.path


def test_before_anything_is_begun_the_table_has_the_settings(sweep: SweepFolder) -> None:
    table = sweep_table(sweep)
    assert table_cells(table)[1] == (" ", "1e-4", "· not started", "", "")
    assert table.as_json()["best"] is None


def test_the_best_by_its_scores_is_marked_and_a_failed_one_is_none(sweep: SweepFolder) -> None:
    scored(sweep, 0, 0.9, 2.0)
    scored(sweep, 1, 0.5, 1.0)
    ended(sweep, 2, step(4, 0.1, 4), Failed(reason="no memory"), code=1)
    cells = table_cells(sweep_table(sweep))
    assert cells[0] == (" ", "lr", "state", "smoothed loss", "identity", "tokens/s")
    assert cells[1:] == [
        ("★", "1e-4", "✓ finished", "2.0000", "90.0%", ""),
        (" ", "2e-4", "✓ finished", "1.0000", "50.0%", ""),
        (" ", "4e-4", "✗ failed", "0.1000", "", ""),
    ]


def test_of_those_with_the_same_scores_it_is_that_with_the_lowest_loss(sweep: SweepFolder) -> None:
    for number, loss in enumerate((2.0, 1.0, 3.0)):
        scored(sweep, number, 0.9, loss)
    table = sweep_table(sweep)
    assert table.best is table.rows[1] and "lowest loss" in table.reason


def test_without_scores_the_validation_loss_decides_and_else_the_loss(sweep: SweepFolder) -> None:
    ended(sweep, 0, step(4, 3.0, 4), Finished())
    ended(sweep, 1, step(4, 2.0, 4), Finished())
    ended(sweep, 2, step(4, float("nan"), 4), Finished())
    table = sweep_table(sweep)
    assert table.best is table.rows[1]
    assert "unseen" in table.reason
    assert json.loads(json.dumps(table.as_json(), allow_nan=False))["points"][2]["loss"] is None
    write(table.rows[0].job or pytest.fail("no job"), Validation(iter=4, step=4, loss=1.0, tokens=9))
    assert sweep_table(sweep).best == sweep_table(sweep).rows[0]


def test_a_point_has_the_whole_config_and_stands_in_the_queue(project: Path, sweep: SweepFolder) -> None:
    started = list(start_points(sweep))
    assert [point.name for point, _job in started] == ["1-lr=1e-4", "2-lr=2e-4", "3-lr=4e-4"]
    job = started[2][1]
    assert load_config(job.config_path) == a_config(lr=4e-4)
    assert job.record.waiting and job.record.resume_command[-2:] == ["--resume", "auto"]
    assert job in list_jobs(project)


def test_going_on_with_what_waits_says_how_many_do(sweep: SweepFolder, capsys: pytest.CaptureFixture[str]) -> None:
    me = identify(os.getpid())
    assert me is not None
    for _point, job in start_points(sweep):
        watched = {name: getattr(me, name) for name in me.__dataclass_fields__}
        job.write_record(job.record.model_copy(update=watched))
    go_on(sweep.id)
    assert "nothing is to be started. Trainings that wait or are at work: 3." in capsys.readouterr().out


def test_going_on_starts_what_is_missing_or_was_stopped_and_failed_ones_if_asked(sweep: SweepFolder) -> None:
    finished, failed = ended(sweep, 0, Finished()), ended(sweep, 1, Failed(reason="no memory"), code=1)
    failed.config_path.write_text(dump_config(a_config(lr=2e-4)))
    assert [point.name for point, _job in start_points(sweep)] == ["3-lr=4e-4"]
    assert [job for _point, job in start_points(sweep, failed_too=True)] == [failed]
    assert failed.record.command[-2:] == ["--resume", "auto"]
    assert not finished.record.waiting
