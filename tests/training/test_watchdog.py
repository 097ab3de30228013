"""A training that stands still is told once; one that loads, validates or saves is left in peace."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from workbench.jobs.events import Event, EventLog, Started, Step, Validation, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.session import JOB_VARIABLE
from workbench.jobs.tail import EventTail
from workbench.training.guard import _watchdog
from workbench.training.saving import UNFINISHED
from workbench.training.telling import save_noted
from workbench.training.watchdog import Watchdog

STEP = Step(iter=1, total_iters=9, step=1, total_steps=9, loss=1.0, lr=0.5)
VALIDATION = Validation(iter=0, step=0, loss=1.0, tokens=5)


def watched(folder: Path, *events: tuple[float, Event]) -> list[Warned]:
    """What is told, looked at twice, of a job with events of so many seconds ago."""
    watchdog = watchdog_of(folder, *events)
    watchdog.look()
    watchdog.look()
    return warnings_of(JobFolder(folder))


def watchdog_of(folder: Path, *events: tuple[float, Event]) -> Watchdog:
    folder.mkdir(exist_ok=True)
    watchdog, log = Watchdog(folder), EventLog(folder)
    for seconds, event in events:
        log.write(event.model_copy(update={"time": time.time() - seconds}))
    return watchdog


def warnings_of(job: JobFolder) -> list[Warned]:
    return [event for event in EventTail(job.events_path).rest() if isinstance(event, Warned)]


def test_it_warns_once_after_5_minutes_without_a_step(tmp_path: Path) -> None:
    (warned,) = watched(tmp_path / "job", (401, STEP), (400, STEP))
    assert "No step for 400 s" in warned.message


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([(3000, Started())], id="it loads"),
        pytest.param([(499, STEP), (400, STEP)], id="steps are as slow"),
        pytest.param([(599, Started()), (499, VALIDATION), (400, STEP)], id="the first validation took 100 s"),
    ],
)
def test_it_keeps_quiet_where_silence_is_nothing_unusual(tmp_path: Path, events: list[tuple[float, Event]]) -> None:
    assert not watched(tmp_path / "job", *events)


def test_a_save_may_take_an_hour(tmp_path: Path) -> None:
    unfinished = tmp_path / "job" / "checkpoints" / UNFINISHED
    unfinished.mkdir(parents=True)
    assert not watched(tmp_path / "job", (401, STEP), (400, STEP))
    assert watched(tmp_path / "job", (4000, STEP))


def test_a_save_on_the_disk_of_another_machine_may_take_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = JobFolder(tmp_path / "job")
    for name, value in {"RANK": "1", "LOCAL_RANK": "0", "GROUP_RANK": "1", JOB_VARIABLE: str(job.path)}.items():
        monkeypatch.setenv(name, value)
    watchdog = watchdog_of(job.path, (401, STEP), (400, STEP))
    with save_noted(JobFolder(tmp_path / "of_the_first_machine")):
        watchdog.look()
    assert not warnings_of(job)
    watchdog.look()
    assert warnings_of(job)


def test_one_process_of_each_machine_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUP_RANK", "1")
    assert _watchdog(tmp_path) is not None
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert _watchdog(tmp_path) is None
