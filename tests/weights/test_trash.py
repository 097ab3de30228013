"""Deleting with a way back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.weights.files import model
from workbench.errors import WorkbenchError
from workbench.weights.trash import TRASH_FOLDER, empty, move_to_trash, restore, trashed


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_deleted_comes_back_as_it_was(project: Path) -> None:
    folder = model(project / "m")
    before = contents(project)
    item = move_to_trash(folder, project, 9)
    assert not folder.exists()
    assert (item.place.parent.parent, item.bytes) == (project / TRASH_FOLDER, 9)
    assert trashed(project) == [item]
    restore(item)
    assert contents(project) == before
    assert trashed(project) == []
    assert list(project.iterdir()) == [folder]


def test_emptying_leaves_nothing(project: Path) -> None:
    items = [move_to_trash(model(project / "same"), project, 1) for _ in range(2)]
    empty(items)
    assert list(project.iterdir()) == []
    assert trashed(project) == []


def test_a_link_is_deleted_and_not_what_it_leads_to(project: Path, tmp_path: Path) -> None:
    outside = model(tmp_path / "outside")
    (project / "link").symlink_to(outside)
    empty([move_to_trash(project / "link", project, 0)])
    assert not (project / "link").is_symlink()
    assert (outside / "model.safetensors").is_file()


def test_nothing_is_put_over_something_else(project: Path) -> None:
    item = move_to_trash(model(project / "m"), project, 1)
    new = model(project / "m", "F32", 4)
    before = contents(new)
    with pytest.raises(WorkbenchError, match="Something else is in its place"):
        restore(item)
    assert contents(new) == before
    assert trashed(project) == [item]


def test_projects_do_not_see_each_others_trash(project: Path, tmp_path: Path) -> None:
    move_to_trash(model(project / "m"), project, 1)
    assert trashed(tmp_path) == []


def test_what_a_killed_process_deleted_is_left_over_and_what_a_command_deleted_is_not(project: Path) -> None:
    code = (
        "import sys, os; from pathlib import Path; from workbench.weights.trash import move_to_trash as move; "
        "p = Path(sys.argv[1]); move(p/'one', p, 1); move(p/'two', p, 1, kept_after_exit=True); os._exit(9)"
    )
    for name in ("one", "two"):
        model(project / name)
    assert subprocess.run([sys.executable, "-c", code, project], check=False).returncode == 9
    own = move_to_trash(model(project / "three"), project, 1)
    assert [(item.origin.name, item.is_left_over) for item in trashed(project)] == [
        ("one", True),
        ("two", False),
        ("three", False),
    ]
    assert own.is_own


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_noted(project: Path) -> None:
    folder = model(project / "m")
    project.chmod(0o555)
    try:
        with pytest.raises(WorkbenchError, match="cannot be deleted"):
            move_to_trash(folder, project, 1)
    finally:
        project.chmod(0o755)
    assert folder.is_dir()
    assert trashed(project) == []


def test_a_damaged_list_is_an_empty_one(project: Path, state: Path) -> None:
    move_to_trash(model(project / "m"), project, 1)
    (state / "trash.json").write_text("{")
    assert trashed(project) == []
    assert move_to_trash(model(project / "n"), project, 1) in trashed(project)
