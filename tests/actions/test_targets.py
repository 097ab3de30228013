"""Results go where nothing is yet."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.targets import free_name


def test_a_free_name_is_taken_as_it_is(tmp_path: Path) -> None:
    assert free_name(tmp_path / "adapter") == tmp_path / "adapter"


def test_a_taken_name_is_numbered(tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    assert free_name(tmp_path / "adapter") == tmp_path / "adapter-2"
    (tmp_path / "adapter-2").touch()
    assert free_name(tmp_path / "adapter") == tmp_path / "adapter-3"
