"""SIGKILL of everything, as when the power goes: the run goes on as if nothing had been, and keeps what it had saved."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import psutil
import pytest

from tests.jobs.running import wait_until
from tests.training.runs import Run, new_job, run, run_until, tiny_config
from tests.training.test_resume import assert_same_from
from workbench.configs.files import load_config
from workbench.jobs.events import Failed, Started, Step
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail
from workbench.training.checkpoint_folders import checkpoint_folders, what_is_wrong
from workbench.training.saving import UNFINISHED

pytestmark = pytest.mark.heavy


def steps_of(job: JobFolder) -> dict[int, float]:
    """Optimiser step → loss, as it was told last."""
    return {event.step: event.loss for event in EventTail(job.events_path).rest() if isinstance(event, Step)}


def failed_within(job: JobFolder, seconds: float) -> bool:
    """Whether a job fails before so much time has passed."""
    deadline = time.monotonic() + seconds
    while not (failed := any(isinstance(event, Failed) for event in EventTail(job.events_path).rest())):
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return failed


def test_a_killed_loader_is_told_with_the_setting_to_change(rows: Path, tmp_path: Path) -> None:
    settings = {"method": "lora", "deepspeed": "none", "dataloader_num_workers": 1, "max_epochs": 500}
    job = new_job(tmp_path / "job", tiny_config(rows, **settings))

    def kill_loader(pids: list[int]) -> None:
        wait_until(lambda: steps_of(job), 120)
        rank = psutil.Process(pids[0])
        # between two epochs there is none, and one that has given all its rows is not missed
        wait_until(lambda: [loader.kill() for loader in rank.children()] and failed_within(job, 5.0), 120)

    killed = run(job, meanwhile=kill_loader)
    (failed,) = killed.of(Failed)
    assert killed.returncode == 1
    assert "process that loads data was ended from outside" in failed.reason
    assert "dataloader_num_workers: 0" in (failed.hint or "") and "--resume" in (failed.hint or "")


def test_want_of_memory_is_told_with_the_settings_to_change(rows: Path, tmp_path: Path) -> None:
    job = new_job(tmp_path / "job", tiny_config(rows, method="lora", deepspeed="none"))

    def give_little_more(pids: list[int]) -> None:
        wait_until(job.log_path.exists, 120)
        size = psutil.Process(pids[0]).memory_info().vms + 8 * 2**20
        resource.prlimit(pids[0], resource.RLIMIT_AS, (size, size))

    starved = run(job, meanwhile=give_little_more)
    (failed,) = starved.of(Failed)
    assert starved.returncode == 1
    assert "memory of this machine ran out" in failed.reason
    assert "batch_size 4 → 2, accumulative_counts → 4" in (failed.hint or "")


def test_killed_in_a_step_and_then_while_it_saves(plain: Run, tmp_path: Path) -> None:
    job = new_job(tmp_path / "job", load_config(plain.job.config_path))
    assert run_until(job, lambda: 5 in steps_of(job))
    assert [folder.name for folder in checkpoint_folders(job.checkpoints_path)] == ["checkpoint-4"]
    assert run_until(job, (job.checkpoints_path / UNFINISHED / "checkpoint-8").exists, "--resume", "auto")
    assert what_is_wrong(job.checkpoints_path / "checkpoint-4") is None
    resumed = run(job, "--resume", "auto")
    assert resumed.losses, "the last checkpoint was not whole when it was killed"
    assert_same_from(plain, resumed, 4)
    said = "Goes on from checkpoint-4, optimiser step 4 of 8. Optimiser steps that are done again: 5–8. Not whole: checkpoint-8."
    assert resumed.of(Started)[0].facts[0] == said
    assert said in job.log_path.read_text(encoding="utf-8")
    assert steps_of(job) == {step: loss for step, (loss, _norm) in plain.losses.items()}
    assert resumed.checkpoints == ["checkpoint-4", "checkpoint-8"]
