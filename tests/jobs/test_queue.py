"""The queue with real processes: one device at a time, in order, whatever is killed on the way."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.jobs.conftest import Start
from tests.jobs.recorded import recorded
from tests.jobs.running import DONE, WAIT, python, wait_until, wait_until_ready
from workbench.errors import WorkbenchError
from workbench.jobs.folder import DeviceWish, JobFolder
from workbench.jobs.launch import Turn
from workbench.jobs.process import start_ticks
from workbench.jobs.queue import queue_row, queue_rows, queued_job
from workbench.jobs.queue_changes import move, pause, unpause
from workbench.jobs.state import JobState, exit_code, state_of
from workbench.jobs.stop import request_stop, stop_now, wait_until_over

OBEDIENT = """
import json, os, pathlib, sys, time
job = pathlib.Path("{job}")
with (job / "log.txt").open("a") as log: print("ready", os.environ.get("CUDA_VISIBLE_DEVICES"), file=log)
while not (job / "stop_requested").exists(): time.sleep(0.01)
with (job / "events.jsonl").open("a") as events:
    print(json.dumps({"event": "finished", "stopped": True, "time": time.time()}), file=events)
"""
"""Trains until it is asked to save and stop."""
RESUMED = "print('resumed', flush=True)"


def one(device: str = "cpu", *, waits: bool = True, resume: str | None = None) -> Turn:
    return Turn(DeviceWish(among=[device], count=1), waits, tuple(python(resume)) if resume else ())


def supervisor_of(job: JobFolder) -> int:
    assert job.record.pid is not None
    return job.record.pid


def kill(job: JobFolder) -> None:
    """End the supervisor as nothing can prevent."""
    pid = supervisor_of(job)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: start_ticks(pid) is None)


def waiting() -> list[JobFolder]:
    return [row.job for row in queue_rows() if row.place]


def test_the_first_job_begins_and_the_next_ones_wait_in_order(start: Start) -> None:
    first = start(WAIT, turn=one())
    wait_until(lambda: state_of(first) is JobState.RUNNING)
    second, third = start(DONE, name="b", turn=one()), start("", name="c", turn=one())
    assert (state_of(second), state_of(third)) == (JobState.WAITING, JobState.WAITING)
    assert not second.log_path.read_text()
    row = queue_row(third)
    assert row is not None and (row.place, row.behind, row.devices_text) == (2, (first,), "cpu")
    stop_now(first, grace_s=5)
    assert wait_until_over(third, 20)
    assert state_of(second) is JobState.FINISHED
    assert second.record.started < third.record.started
    assert queue_rows() == []


def test_other_devices_are_not_waited_for(start: Start) -> None:
    start(WAIT, turn=one("0"))
    job = start("import os; print(os.environ['CUDA_VISIBLE_DEVICES'], flush=True)", name="b", turn=one("1"))
    assert wait_until_over(job, 20)
    assert job.log_path.read_text() == "1\n"
    assert job.record.holds == ["1"]


def test_a_job_that_does_not_wait_takes_what_is_free_and_holds_it(start: Start) -> None:
    any_of_two = Turn(DeviceWish(among=["0", "1"], count=1))
    first, second = start(WAIT, turn=any_of_two), start(WAIT, name="b", turn=any_of_two)
    shared = start(WAIT, name="c", turn=any_of_two)
    assert [job.record.holds for job in (first, second, shared)] == [["0"], ["1"], ["0"]]
    job = start(WAIT, name="d", turn=one("1"))
    assert state_of(job) is JobState.WAITING
    stop_now(second, grace_s=5)
    wait_until(lambda: state_of(job) is JobState.RUNNING)


def test_a_killed_holder_frees_its_device_with_its_last_process(start: Start) -> None:
    holder = start(WAIT, turn=one(waits=False))
    wait_until_ready(holder)
    job = start(DONE, name="b", turn=one())
    kill(holder)
    assert state_of(holder) is JobState.RUNNING  # its command goes on, and so it keeps the device
    assert [row.job for row in queue_rows()] == [holder, job]
    stop_now(holder, grace_s=5)
    assert wait_until_over(job, 20)
    assert state_of(job) is JobState.FINISHED


def test_one_that_was_killed_while_it_waited_keeps_its_place_and_stops_nobody(start: Start) -> None:
    holder = start(WAIT, turn=one())
    wait_until_ready(holder)
    killed, last = start("", name="b", turn=one()), start("", name="c", turn=one())
    kill(killed)
    assert state_of(killed) is JobState.LOST
    assert waiting() == [killed, last]
    unpause(killed)
    assert (state_of(killed), waiting()) == (JobState.WAITING, [killed, last])
    kill(killed)
    stop_now(holder, grace_s=5)
    assert wait_until_over(last, 20)
    assert waiting() == [killed]
    request_stop(killed)
    assert (state_of(killed), waiting()) == (JobState.STOPPED, [])


def test_a_job_that_waits_is_moved_and_held_back(start: Start) -> None:
    holder = start(WAIT, turn=one())
    wait_until_ready(holder)
    jobs = [start("", name=name, turn=one()) for name in "abc"]
    assert move(jobs[2], "first") == 1
    assert move(jobs[0], "down") == 3
    assert waiting() == [jobs[2], jobs[1], jobs[0]]
    pause(jobs[2])
    with pytest.raises(WorkbenchError, match="is paused already"):
        pause(jobs[2])
    assert state_of(jobs[2]) is JobState.PAUSED
    assert queued_job("2", holder.path) == jobs[1]
    with pytest.raises(WorkbenchError, match="Nothing waits at place 9"):
        queued_job("9", holder.path)
    stop_now(holder, grace_s=5)
    assert wait_until_over(jobs[0], 20)
    assert state_of(jobs[2]) is JobState.PAUSED
    unpause(jobs[2])
    assert wait_until_over(jobs[2], 20)
    assert jobs[1].record.started < jobs[0].record.started < jobs[2].record.started


def test_a_job_that_waits_is_cancelled(start: Start) -> None:
    start(WAIT, turn=one())
    asked, ended = start("", name="b", turn=one()), start("", name="c", turn=one())
    request_stop(asked)
    assert stop_now(ended, grace_s=20).is_clean
    assert wait_until_over(asked, 20)
    assert [state_of(job) for job in (asked, ended)] == [JobState.STOPPED, JobState.STOPPED]
    assert [exit_code(job) for job in (asked, ended)] == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_training_is_paused_lets_the_next_one_by_and_goes_on(start: Start) -> None:
    training = start(OBEDIENT, turn=one("0", resume=RESUMED))
    wait_until_ready(training)
    following = start(OBEDIENT, name="b", turn=one("0"))
    pause(training)
    wait_until(lambda: state_of(training) is JobState.PAUSED)
    assert exit_code(training) is None
    wait_until_ready(following)
    unpause(training)
    assert state_of(training) is JobState.WAITING
    request_stop(following)
    assert wait_until_over(training, 20)
    assert training.log_path.read_text().splitlines() == ["ready 0", "resumed"]


def test_what_is_cancelled_after_a_pause_was_asked_for_ends(start: Start) -> None:
    slow = OBEDIENT.replace('with (job / "events', 'time.sleep(0.5)\nwith (job / "events')
    job = start(slow, turn=one(resume=RESUMED))
    wait_until_ready(job)
    pause(job)
    request_stop(job)
    assert wait_until_over(job, 20)
    assert state_of(job) is JobState.STOPPED


def test_what_cannot_be_paused_says_why(start: Start, project: Path) -> None:
    job = start(WAIT, turn=one())
    wait_until_ready(job)
    with pytest.raises(WorkbenchError, match="Only a training can be paused"):
        pause(job)
    with pytest.raises(WorkbenchError, match=f"{job.id} is not paused: running"):
        unpause(job)
    with pytest.raises(WorkbenchError, match=f"{job.id} does not wait: running"):
        move(job, "up")
    with pytest.raises(WorkbenchError, match="cannot be paused: failed"):
        pause(recorded(project, exit_code=1))


def test_a_queue_that_cannot_be_kept_is_told_and_bars_nobody_else(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "file"))
    with pytest.raises(WorkbenchError, match="The queue cannot be kept"):
        start(WAIT, turn=one())
    job = start(WAIT, name="b", turn=one(waits=False))
    assert (state_of(job), job.record.holds) == (JobState.RUNNING, ["cpu"])
