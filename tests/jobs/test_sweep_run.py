"""A sweep with real trainings: one after the other, interrupted, gone on with, compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.runs import tiny_config, write_rows
from workbench.actions.sweep import make_sweep, start_points
from workbench.actions.sweep_points import grid_points
from workbench.actions.sweep_table import sweep_table
from workbench.jobs.find import list_jobs
from workbench.jobs.queue import queue_rows
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import wait_until_over


@pytest.mark.heavy
def test_two_trainings_run_one_after_the_other_and_are_compared(project: Path) -> None:
    """The command ends after its first point; going on starts the other one, and nothing once both are done."""
    config = tiny_config(write_rows(project), max_iters=4, accumulative_counts=1, deepspeed="none")
    sweep = make_sweep(config, "demo", grid_points(["lr=1e-9,1e-3"]), project=project)
    first = next(start_points(sweep))[1]
    (second,) = [job for _point, job in start_points(sweep)]
    assert {job.path for job in list_jobs(project)} == {first.path, second.path}
    assert [row.place for row in queue_rows()] == [0, 1]
    assert wait_until_over(second, 400)
    assert [state_of(job) for job in (first, second)] == [JobState.FINISHED, JobState.FINISHED]
    assert json.loads(first.exit_path.read_bytes())["ended"] <= second.record.started
    assert not list(start_points(sweep))
    table = sweep_table(sweep)
    losses = [row.loss for row in table.rows]
    assert None not in losses and losses[0] != losses[1]
    assert table.best is not None and table.rows[0].tokens_per_s
