"""A killed build of an operator never makes a later training wait."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.training import built_ops
from workbench.training.built_ops import prepare_build_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's cache of the test's own; locks end with the test instead of with the process."""
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", "")
    monkeypatch.delenv("TORCH_EXTENSIONS_DIR")
    held: list[int] = []
    monkeypatch.setattr(built_ops, "_held", held)
    yield tmp_path
    for lock in held:
        os.close(lock)


def folder_in_use() -> Path:
    """The folder that builds go to, once it was prepared."""
    prepare_build_folder()
    return Path(os.environ.pop("TORCH_EXTENSIONS_DIR"))


def left_behind(folder: Path) -> Path:
    """What torch leaves when a build is killed."""
    lock = folder / "shm_comm" / "lock"
    lock.parent.mkdir(exist_ok=True)
    lock.touch()
    return lock


def all_others_end() -> None:
    """As if every process that holds the folder had ended."""
    while built_ops._held:
        os.close(built_ops._held.pop())


def test_builds_go_to_a_folder_of_this_python_and_torch(cache: Path) -> None:
    folder = folder_in_use()
    assert folder.is_relative_to(cache) and folder.is_dir()
    assert folder_in_use() == folder


def test_what_a_killed_build_left_is_cleared() -> None:
    folder = folder_in_use()
    lock, built = left_behind(folder), folder / "shm_comm" / "shm_comm.so"
    built.touch()
    all_others_end()
    folder_in_use()
    assert not lock.exists()
    assert built.exists()


def test_a_build_that_is_under_way_is_left_alone() -> None:
    lock = left_behind(folder_in_use())
    folder_in_use()
    assert lock.exists()


def test_two_processes_hold_the_folder_together() -> None:
    folder_in_use()
    folder_in_use()
    assert len(built_ops._held) == 2


def test_a_folder_that_the_user_chose_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path / "mine"))
    lock = tmp_path / "mine" / "op" / "lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    prepare_build_folder()
    assert os.environ["TORCH_EXTENSIONS_DIR"] == str(tmp_path / "mine")
    assert lock.exists()


def test_a_file_system_without_locks_clears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = left_behind(folder_in_use())
    all_others_end()

    def no_locks(_file: int, _kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    folder_in_use()
    assert lock.exists()
