"""How the work of a job ends is told in plain words, and in its exit code."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.jobs.recorded import recorded
from workbench.errors import WorkbenchError
from workbench.jobs.events import Event, EventLog, Failed, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail
from workbench.jobs.worker import run_worker


def ended(job: JobFolder, error: Exception | None = None) -> tuple[int, Event]:
    """The exit code and the last event of work that ends so."""

    def work(_job: JobFolder, _events: EventLog) -> Finished:
        if error is not None:
            raise error
        return Finished(results={"made": "it"})

    code = run_worker(job.path, work)
    return code, EventTail(job.events_path).poll()[-1]


def failure(job: JobFolder, error: Exception) -> Failed:
    code, event = ended(job, error)
    assert code == 1 and isinstance(event, Failed)
    return event


@pytest.fixture
def job(project: Path) -> JobFolder:
    return recorded(project)


def test_work_that_is_done_is_told(job: JobFolder) -> None:
    code, event = ended(job)
    assert code == 0 and isinstance(event, Finished)
    assert event.results == {"made": "it"}


def test_a_mistake_keeps_its_three_parts_and_shows_no_traceback(
    job: JobFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    event = failure(job, WorkbenchError("no rows", where="d.json:3", fix="add some"))
    assert (event.reason, event.where, event.hint) == ("no rows", "d.json:3", "add some")
    assert "Traceback" not in capsys.readouterr().err


def test_an_unforeseen_error_leaves_its_traceback_in_the_log(
    job: JobFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    event = failure(job, ZeroDivisionError("by zero"))
    assert (event.reason, event.where) == ("ZeroDivisionError: by zero", str(job.log_path))
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "batch_size"),
        (MemoryError(), "batch_size"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (OSError(errno.EDQUOT, "Le quota est dépassé"), "disk is full"),
        (RuntimeError("EADDRINUSE: 29500"), "port is in use"),
        (ModuleNotFoundError("No module named 'flash_attn'"), "workbench doctor"),
        (RuntimeError("Error building extension 'x'"), "install g++"),
        (RuntimeError("something else"), "log.txt"),
    ],
)
def test_a_known_cause_comes_with_its_remedy(job: JobFolder, error: Exception, hint: str) -> None:
    assert hint in (failure(job, error).hint or "")


def test_a_failure_that_cannot_be_noted_is_still_an_exit_code(
    job: JobFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    job.events_path.mkdir()  # nothing can be written there

    def work(_job: JobFolder, _events: EventLog) -> Finished:
        raise ZeroDivisionError("the first error")

    assert run_worker(job.path, work) == 1
    assert "the first error" in capsys.readouterr().err
