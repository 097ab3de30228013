"""A rank that stands still or is killed is told by its name; want of memory says which settings to change."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jobs.running import wait_until
from tests.training.runs import new_job, tiny_config
from workbench.actions.launch_training import training_command
from workbench.configs.files import dump_config
from workbench.jobs.events import Event, Failed, Step, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.jobs.process import parent_of
from workbench.jobs.state import JobState, exit_code, state_of
from workbench.jobs.stop import wait_until_over
from workbench.jobs.tail import EventTail
from workbench.training.deaths import tell_death
from workbench.training.memory_mends import memory_mends
from workbench.training.standstill import rank_pids

_SECONDS = 150


def wait_for(job: JobFolder, is_there: Callable[[list[Event]], bool]) -> list[Event]:
    deadline = time.monotonic() + _SECONDS
    while not is_there(events := list(EventTail(job.events_path).rest())):
        assert time.monotonic() < deadline, job.log_path.read_text()[-3000:]
        time.sleep(0.1)
    return events


def is_of_stopped(event: Event) -> bool:
    """Whether it warns of the rank that the test has stopped; a busy machine may be slow to begin, and be warned of."""
    return isinstance(event, Warned) and "SIGSTOP" in event.message


@pytest.mark.heavy
def test_a_rank_that_stands_still_and_then_is_killed_is_told(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is launched for two processes: a launcher, a guard for each rank, and the ranks."""
    monkeypatch.setenv("WORKBENCH_WATCHDOG_SECONDS", "3")
    job = new_job(tmp_path / "job", tiny_config(rows, method="lora", nproc=2, max_epochs=500))
    config = tiny_config(rows, method="lora", nproc=2)
    command = [part.replace("{job}", str(job.path)).replace("{port}", "29631") for part in training_command(config)]
    with job.log_path.open("ab") as log:
        launcher = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(job, lambda events: sum(isinstance(event, Step) for event in events) > 3)
        pid = rank_pids(job.path)[1]
        os.kill(pid, signal.SIGSTOP)
        said = wait_for(job, lambda events: any(is_of_stopped(event) for event in events))
        warned = next(event for event in said if is_of_stopped(event))
        assert isinstance(warned, Warned)
        assert "rank 1: stopped by a signal" in warned.message and f"kill -CONT {pid}" in warned.message
        assert "distributed_c10d.py" in warned.message, "rank 0 waits for it"
        assert "--- rank 0" in job.log_path.read_text() and "MainThread" in job.log_path.read_text()
        os.kill(pid, signal.SIGKILL)
        assert launcher.wait(_SECONDS) != 0, "no rank waits for ever"
        failed = [event for event in list(EventTail(job.events_path).rest()) if isinstance(event, Failed)]
        assert len(failed) == 1
        assert f"Rank 1 (process {pid}) was killed" in failed[0].reason and "SIGKILL" in failed[0].reason
        assert "--resume" in (failed[0].hint or "")
    finally:
        if launcher.poll() is None:
            os.killpg(launcher.pid, signal.SIGKILL)
            launcher.wait()


@pytest.mark.heavy
def test_a_killed_launcher_is_told_and_takes_its_ranks_along(rows: Path, tmp_path: Path) -> None:
    """DeepSpeed's ends with 0 then, and would leave the ranks behind. They are met before they have loaded anything."""
    config = tiny_config(rows, method="lora", nproc=2)
    job = start_job("train", "demo", training_command(config), project=tmp_path, config_text=dump_config(config))
    wait_until(lambda: 0 in rank_pids(job.path), _SECONDS)
    guard = parent_of(rank_pids(job.path)[0])
    launcher = parent_of(guard or 0)
    assert launcher is not None
    os.kill(launcher, signal.SIGKILL)
    assert wait_until_over(job, _SECONDS)
    assert (exit_code(job), state_of(job)) == (0, JobState.FAILED)
    (failed,) = EventTail(job.events_path).poll()
    assert isinstance(failed, Failed)
    assert f"launcher of the ranks (process {launcher}) was killed" in failed.reason
    assert "--resume" in (failed.hint or "")
    assert not rank_pids(job.path)


def test_want_of_memory_names_the_settings_and_how_far(rows: Path, tmp_path: Path) -> None:
    config = tiny_config(rows, method="lora", batch_size=8, accumulative_counts=2, max_length=2048)
    mends = memory_mends(config, on_gpu=True)
    assert "batch_size 8 → 4, accumulative_counts → 4" in mends
    assert "method lora → qlora" in mends and "--fit" in mends
    job = new_job(tmp_path / "job", config)
    tell_death(job.path, 1, 77, signal.SIGKILL, memory_ran_out=True)
    (failed,) = EventTail(job.events_path).poll()
    assert isinstance(failed, Failed)
    assert "memory of this machine ran out" in failed.reason and "batch_size 8 → 4" in (failed.hint or "")
    assert "No checkpoint was saved yet; begin again: workbench train" in (failed.hint or "")


def test_an_end_that_was_asked_for_is_no_failure(rows: Path, tmp_path: Path) -> None:
    job = new_job(tmp_path / "job", tiny_config(rows))
    job.stop_path.touch()
    tell_death(job.path, 0, 77, signal.SIGKILL, memory_ran_out=False)
    assert not job.events_path.exists()
