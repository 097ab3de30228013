"""Work dirs outside a project are remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.jobs.registry import remember_work_dir, work_dirs_elsewhere


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_a_work_dir_elsewhere_is_remembered_once(project: Path, elsewhere: Path) -> None:
    remember_work_dir(project, elsewhere)
    remember_work_dir(project, elsewhere)
    assert work_dirs_elsewhere(project) == [elsewhere]


def test_a_project_knows_only_its_own(project: Path, elsewhere: Path) -> None:
    remember_work_dir(project, elsewhere)
    assert work_dirs_elsewhere(elsewhere) == []


def test_the_usual_work_dirs_need_no_note(project: Path, tmp_path: Path) -> None:
    remember_work_dir(project, project / "work_dirs" / "demo")
    assert not (tmp_path / "state").exists()


def test_a_work_dir_that_was_removed_is_left_out(project: Path, elsewhere: Path) -> None:
    remember_work_dir(project, elsewhere)
    elsewhere.rmdir()
    assert work_dirs_elsewhere(project) == []


@pytest.mark.parametrize("content", ["{", "[1]", ""])
def test_a_damaged_note_is_written_anew(project: Path, elsewhere: Path, tmp_path: Path, content: str) -> None:
    note = tmp_path / "state" / "work_dirs.json"
    note.parent.mkdir()
    note.write_text(content)
    assert work_dirs_elsewhere(project) == []
    remember_work_dir(project, elsewhere)
    assert work_dirs_elsewhere(project) == [elsewhere]


def test_a_state_folder_that_cannot_be_made_costs_no_more_than_the_note(
    project: Path, elsewhere: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").touch()
    remember_work_dir(project, elsewhere)
    assert work_dirs_elsewhere(project) == []
