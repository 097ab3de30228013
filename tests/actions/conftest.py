"""A project in which jobs are put down as they would be started, but no process is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from workbench.i18n import set_language
from workbench.jobs import launch
from workbench.jobs.folder import JobFolder, JobRecord


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has never started workbench, reads English and has no GPU."""
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    set_language("en")


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests look at is the record: the command and its arguments."""

    def only_record(job: JobFolder, record: JobRecord, _env: Mapping[str, str] | None) -> None:
        job.write_record(record)

    monkeypatch.setattr(launch, "_launch", only_record)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
