"""Projects of their own for the end-to-end tests, apart from the user's settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.project import Project
from workbench.jobs.find import list_jobs
from workbench.jobs.stop import stop_now


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty folder, with whatever still runs in it ended afterwards."""
    made = Project(tmp_path)
    yield made
    for job in list_jobs(made.folder):
        stop_now(job, grace_s=2.0)


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The same for tests that follow one another in one journey."""
    made = Project(tmp_path_factory.mktemp("journey"))
    yield made
    for job in list_jobs(made.folder):
        stop_now(job, grace_s=2.0)
