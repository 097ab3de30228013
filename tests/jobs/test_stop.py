"""Stopping a job: everything of it ends, nothing else does, and the proof says the truth."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.jobs.conftest import Start
from tests.jobs.recorded import ended_process, recorded
from tests.jobs.running import DONE, WAIT, number_in, wait_until, wait_until_ready
from workbench.errors import WorkbenchError
from workbench.jobs.folder import JobFolder
from workbench.jobs.process import identify, members_of_session, start_ticks
from workbench.jobs.state import JobState, exit_code, state_of
from workbench.jobs.stop import StopProof, request_stop, resume_command, stop_now, stop_requested, wait_until_over

OBEDIENT = """
import json, pathlib, time
job = pathlib.Path("{job}")
while not (job / "stop_requested").exists(): time.sleep(0.01)
event = {"event": "finished", "stopped": True, "time": time.time()}
(job / "events.jsonl").write_text(json.dumps(event) + "\\n")
"""
STUBBORN = """
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if not os.fork():
    os.setpgid(0, 0)
    pathlib.Path("grandchild").write_text(f"{os.getpid()}\\n")
time.sleep(60)
"""
LEAVES_ONE_BEHIND = """
import os, pathlib, time
if not os.fork():
    time.sleep(60)
"""


@pytest.fixture
def stranger() -> Iterator[int]:
    """The pid of a process that is no job, and leads a session."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process.pid
        process.kill()


def supervisor_of(job: JobFolder) -> int:
    assert job.record.pid is not None
    return job.record.pid


def test_a_job_that_is_asked_saves_and_ends_as_stopped(start: Start) -> None:
    job = start(OBEDIENT)
    assert not stop_requested(job.path)
    request_stop(job)
    assert stop_requested(job.path)
    assert wait_until_over(job, 20)
    assert (exit_code(job), state_of(job)) == (0, JobState.STOPPED)


def test_an_asked_job_is_stopping_until_it_ends(start: Start) -> None:
    job = start(WAIT)
    request_stop(job)
    assert state_of(job) is JobState.STOPPING
    assert not wait_until_over(job, 0.0)


def test_a_job_that_does_not_run_cannot_be_asked(start: Start) -> None:
    job = start(DONE)
    assert wait_until_over(job, 20)
    with pytest.raises(WorkbenchError, match=f"{job.id} is not running: finished"):
        request_stop(job)
    assert not stop_requested(job.path)


def test_a_polite_program_is_ended_by_sigterm(start: Start) -> None:
    job = start(WAIT)
    wait_until_ready(job)
    session = job.record.session
    assert session is not None and len(members_of_session(session)) == 2
    assert stop_now(job, grace_s=20) == StopProof()
    assert members_of_session(session) == []
    assert (exit_code(job), state_of(job)) == (-signal.SIGTERM, JobState.STOPPED)


def test_a_stubborn_program_and_its_children_are_killed(start: Start, project: Path) -> None:
    job = start(STUBBORN)
    grandchild = number_in(project / "grandchild")
    assert stop_now(job, grace_s=0.3).is_clean
    assert start_ticks(grandchild) is None
    assert (exit_code(job), state_of(job)) == (-signal.SIGKILL, JobState.STOPPED)


def test_nothing_but_the_job_is_touched(start: Start, stranger: int) -> None:
    other, job = start(WAIT, name="other"), start(WAIT)
    wait_until_ready(job)
    assert stop_now(job, grace_s=5).is_clean
    assert state_of(other) is JobState.RUNNING
    assert start_ticks(stranger) is not None
    assert not other.stop_path.exists()


def test_what_a_job_leaves_behind_ends_with_it(start: Start) -> None:
    """As the ranks of a launcher that was killed; one that ends with 0 is not finished for that."""
    job = start(LEAVES_ONE_BEHIND)
    assert wait_until_over(job, 20)
    assert (exit_code(job), state_of(job)) == (0, JobState.FAILED)
    supervisor = supervisor_of(job)
    assert set(members_of_session(job.record.session or 0)) <= {supervisor}


def test_a_job_goes_on_when_its_supervisor_is_killed(start: Start) -> None:
    job = start(WAIT)
    wait_until_ready(job)
    supervisor = supervisor_of(job)
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: start_ticks(supervisor) is None)
    assert state_of(job) is JobState.RUNNING
    with pytest.raises(WorkbenchError, match="already at work"):
        start(WAIT)
    assert stop_now(job, grace_s=5).is_clean
    assert members_of_session(job.record.session or 0) == []
    assert state_of(job) is JobState.LOST


def test_a_session_that_a_stranger_got_later_is_left_alone(project: Path, stranger: int) -> None:
    """Where the job's processes are gone, the number of its session may be given away again."""
    job = recorded(project, process=ended_process(), session=stranger)
    assert state_of(job) is JobState.LOST
    assert stop_now(job).is_clean
    assert start_ticks(stranger) is not None


def test_a_recycled_pid_of_the_supervisor_is_left_alone(project: Path, stranger: int) -> None:
    identity = identify(stranger)
    assert identity is not None
    job = recorded(project, process=replace(identity, start_ticks=1), session=stranger)
    assert stop_now(job).is_clean
    assert start_ticks(stranger) is not None


def test_a_job_of_another_host_is_stopped_there(project: Path) -> None:
    job = recorded(project, process=replace(ended_process(), host="another.host"))
    with pytest.raises(WorkbenchError, match=r"runs on another\.host"):
        stop_now(job)


def test_the_proof_names_what_is_left() -> None:
    assert StopProof().is_clean
    assert not StopProof(leftover_pids=[7]).is_clean
    assert not StopProof(gpu_pids=[7]).is_clean


def test_the_resume_command_names_the_config_and_the_job(project: Path) -> None:
    job = recorded(project)
    assert resume_command(job).split() == [
        *("workbench", "train", str(job.config_path)),
        *("--resume", str(job.path)),
    ]
