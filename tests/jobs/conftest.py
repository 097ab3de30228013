"""A project of its own for every test, and jobs in it that never outlive their test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.jobs.running import python
from workbench.i18n import set_language
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.jobs.stop import stop_now


class Start(Protocol):
    """Starts Python code as a job."""

    def __call__(self, code: str, *, kind: str = ..., name: str = ..., **options: Any) -> JobFolder: ...


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has never started workbench, and reads English."""
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    set_language("en")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """What is started by it is ended with the test."""
    started: list[JobFolder] = []

    def start_python(code: str, *, kind: str = "train", name: str = "demo", **options: Any) -> JobFolder:
        job = start_job(kind, name, python(code), project=project, **options)
        started.append(job)
        return job

    yield start_python
    for job in started:
        assert stop_now(job, grace_s=0.5).is_clean
