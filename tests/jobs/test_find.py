"""The jobs of a project, and the one a user means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.recorded import recorded
from workbench.errors import WorkbenchError
from workbench.jobs.find import find_job, list_jobs
from workbench.jobs.folder import RECORD_FILE
from workbench.jobs.launch import start_job
from workbench.jobs.registry import remember_work_dir
from workbench.jobs.stop import wait_until_over


@pytest.fixture
def jobs(project: Path) -> Path:
    """A project with two runs of one config, one of another, and a conversion."""
    recorded(project, "qlora_e3/20260101_120000")
    recorded(project, "qlora_e3/20260103_120000")
    recorded(project, "qlora_e30/20260102_120000")
    recorded(project, "convert-checkpoint-8/20260103_130000", kind="convert")
    return project


def ids(project: Path, kind: str | None = None) -> list[str]:
    return [job.id for job in list_jobs(project, kind)]


def test_jobs_are_listed_newest_first(jobs: Path) -> None:
    assert ids(jobs) == [
        "convert-checkpoint-8/20260103_130000",
        "qlora_e3/20260103_120000",
        "qlora_e30/20260102_120000",
        "qlora_e3/20260101_120000",
    ]


def test_jobs_of_one_kind_are_listed(jobs: Path) -> None:
    assert ids(jobs, "convert") == ["convert-checkpoint-8/20260103_130000"]


@pytest.mark.parametrize("kind", [None, "convert"])
def test_a_damaged_job_is_left_out(jobs: Path, kind: str | None) -> None:
    (jobs / "work_dirs" / "convert-checkpoint-8" / "20260103_130000" / RECORD_FILE).write_text("{")
    assert "convert-checkpoint-8/20260103_130000" not in ids(jobs, kind)
    assert find_job(jobs, "last").id == "qlora_e3/20260103_120000"


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("last", "convert-checkpoint-8/20260103_130000"),
        ("qlora_e3/20260101_120000", "qlora_e3/20260101_120000"),
        ("20260102_120000", "qlora_e30/20260102_120000"),
        ("20260102", "qlora_e30/20260102_120000"),
        ("convert", "convert-checkpoint-8/20260103_130000"),
        ("qlora_e3", "qlora_e3/20260103_120000"),
        ("qlora_e3/20260101", "qlora_e3/20260101_120000"),
        ("work_dirs/qlora_e3/20260101_120000", "qlora_e3/20260101_120000"),
    ],
)
def test_a_job_is_found_by_what_people_call_it(
    jobs: Path, monkeypatch: pytest.MonkeyPatch, reference: str, found: str
) -> None:
    monkeypatch.chdir(jobs)
    assert find_job(jobs, reference).id == found


def test_the_last_of_a_kind_is_found(jobs: Path) -> None:
    assert find_job(jobs, "last", kind="train").id == "qlora_e3/20260103_120000"


@pytest.mark.parametrize("reference", ["qlora", "20260103"])
def test_several_jobs_that_fit_are_named(jobs: Path, reference: str) -> None:
    with pytest.raises(WorkbenchError, match=f"Several jobs fit {reference}: .*qlora_e3/20260103_120000"):
        find_job(jobs, reference)


def test_an_unknown_job_names_the_nearest(jobs: Path) -> None:
    with pytest.raises(WorkbenchError, match="no job qlora_e3/20260110_120000") as caught:
        find_job(jobs, "qlora_e3/20260110_120000")
    assert "qlora_e3/20260101_120000" in (caught.value.fix or "")


def test_a_job_of_another_kind_is_not_meant(jobs: Path) -> None:
    with pytest.raises(WorkbenchError, match="no job qlora_e3"):
        find_job(jobs, "qlora_e3", kind="convert")


def test_a_project_without_jobs_says_how_to_start_one(project: Path) -> None:
    with pytest.raises(WorkbenchError, match="no jobs in this project") as caught:
        find_job(project, "last")
    assert "workbench train" in (caught.value.fix or "")


def test_a_project_without_jobs_of_a_kind_says_of_which(jobs: Path) -> None:
    with pytest.raises(WorkbenchError, match="no jobs of this kind in this project yet: endpoint"):
        find_job(jobs, "last", kind="serve-api")


@pytest.mark.parametrize("place", ["../elsewhere/runs", "work_dirs/deep/runs", "runs"])
def test_a_work_dir_of_the_users_own_is_listed_too(project: Path, place: str) -> None:
    job = start_job("train", "demo", ["true"], project=project, work_dir=project / place)
    assert wait_until_over(job, 20)
    assert list_jobs(project) == [job]
    assert find_job(project, "last") == job


def test_each_job_is_listed_once_under_its_real_path(tmp_path: Path, project: Path) -> None:
    """The work dirs lie on a larger disk."""
    (tmp_path / "disk").mkdir()
    (project / "work_dirs").symlink_to(tmp_path / "disk")
    recorded(project)
    remember_work_dir(project, tmp_path / "disk" / "demo")
    (job,) = list_jobs(project)
    assert job.path == tmp_path / "disk" / "demo" / "20260921_141320"
