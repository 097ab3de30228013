"""What a job is doing is derived from its events, its exit code and its process."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.jobs.recorded import BEGAN, ended_process, recorded, step, write
from workbench.jobs.events import Event, Failed, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.process import ProcessIdentity, identify
from workbench.jobs.state import JobState, exit_code, exit_status, outcome_of, state_of


def this_process() -> ProcessIdentity:
    identity = identify(os.getpid())
    assert identity is not None
    return identity


@pytest.mark.parametrize(
    ("code", "event", "asked", "state"),
    [
        (0, Finished(), False, JobState.FINISHED),
        (0, None, False, JobState.FAILED),  # DeepSpeed's launcher after its own process was killed
        (0, None, True, JobState.STOPPED),
        (0, Failed(reason="no data"), False, JobState.FAILED),
        (0, Finished(stopped=True), True, JobState.STOPPED),
        (0, Finished(), True, JobState.FINISHED),  # it was done before it saw the request
        (1, Failed(reason="no data"), False, JobState.FAILED),
        (1, None, False, JobState.FAILED),
        (-9, None, False, JobState.FAILED),
        (-15, None, True, JobState.STOPPED),
        (1, Failed(reason="no data"), True, JobState.FAILED),
    ],
)
def test_an_ended_job(project: Path, code: int, event: Event | None, asked: bool, state: JobState) -> None:
    job = recorded(project, process=ended_process(), exit_code=code)
    write(job, step(1), *([event] if event else []))
    if asked:
        job.stop_path.touch()
    assert state_of(job) is state
    assert state.is_over


@pytest.mark.parametrize(("code", "status"), [(0, 1), (7, 7), (-9, 137), (137, 137), (247, 137), (255, 255), (None, 1)])
def test_what_a_command_leaves_with_after_a_job_that_failed_or_is_lost(
    project: Path, code: int | None, status: int
) -> None:
    assert exit_status(recorded(project, process=ended_process(), exit_code=code)) == status


def test_a_job_whose_process_lives_is_running_or_stopping(project: Path) -> None:
    job = recorded(project, process=this_process())
    assert state_of(job) is JobState.RUNNING
    job.stop_path.touch()
    assert state_of(job) is JobState.STOPPING


def test_a_job_whose_process_has_gone_is_lost(project: Path) -> None:
    job = recorded(project, process=ended_process())
    write(job, step(1))
    assert state_of(job) is JobState.LOST


@pytest.mark.parametrize("other", [{"start_ticks": 1}, {"boot_id": "another boot"}])
def test_a_recycled_pid_is_not_taken_for_the_job(project: Path, other: dict[str, object]) -> None:
    assert state_of(recorded(project, process=replace(this_process(), **other))) is JobState.LOST


def test_a_job_of_another_host_is_elsewhere_until_its_exit_code_is_seen(project: Path) -> None:
    job = recorded(project, process=replace(this_process(), host="another.host"))
    assert state_of(job) is JobState.ELSEWHERE
    assert not JobState.ELSEWHERE.is_over
    write(job, Finished())
    job.exit_path.write_text('{"returncode": 0}')
    assert state_of(job) is JobState.FINISHED


def test_a_job_without_a_supervisor_yet_is_given_a_moment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = recorded(project)
    assert state_of(job) is JobState.RUNNING
    later = time.time() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    assert state_of(job) is JobState.LOST


def test_a_job_that_ends_while_it_is_looked_at_is_not_lost(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exit code is noted after the first look at the file, its process gone before the look at it."""
    job = recorded(project, process=ended_process())

    def ends_now(_identity: ProcessIdentity) -> bool:
        job.exit_path.write_text('{"returncode": -9}')
        return False

    monkeypatch.setattr(ProcessIdentity, "is_alive", ends_now)
    assert state_of(job) is JobState.FAILED


def test_how_it_ended_before_it_was_resumed_is_past(project: Path) -> None:
    """It failed, was started again, and was ended by the user before it could say a word."""
    job = recorded(project, process=ended_process(), exit_code=-15)
    write(job, Failed(reason="the disk is full"), at=BEGAN - 100)
    job.stop_path.touch()
    assert outcome_of(job) is None
    assert state_of(job) is JobState.STOPPED


def test_a_damaged_exit_code_counts_as_none(project: Path) -> None:
    job = recorded(project)
    job.exit_path.write_text('{"returnc')
    assert exit_code(job) is None
    assert exit_code(JobFolder(project)) is None


def test_every_state_has_a_word_and_a_symbol_of_its_own() -> None:
    assert len({state.symbol for state in JobState}) == len({state.word for state in JobState}) == len(JobState)


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Finished(stopped=True), JobState.STOPPED),
        (Finished(), JobState.FINISHED),
        (Failed(reason="no data"), JobState.FAILED),
    ],
)
def test_a_job_that_told_its_end_is_not_lost_though_its_supervisor_was_killed(
    project: Path, event: Event, state: JobState
) -> None:
    job = recorded(project, process=ended_process())
    write(job, event)
    assert state_of(job) is state
