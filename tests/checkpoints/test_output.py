"""Results are complete or absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.checkpoints.output import complete_or_absent, require_space
from workbench.configs.provenance import PROVENANCE_FILE
from workbench.errors import WorkbenchError


def _write(final: Path, text: str, **options: bool) -> None:
    with complete_or_absent(final, **options) as folder:
        (folder / PROVENANCE_FILE).write_text(text)


def test_the_result_appears_at_the_end(tmp_path: Path) -> None:
    with complete_or_absent(tmp_path / "deep" / "result") as folder:
        (folder / "weights").write_text("half")
        assert not (tmp_path / "deep" / "result").exists()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["result"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    _write(tmp_path / "result", "{}")
    assert (tmp_path / "result" / PROVENANCE_FILE).read_text() == "{}"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_interrupted_result_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), complete_or_absent(tmp_path / "result") as folder:
        (folder / "half").write_text("half")
        raise error
    assert not list(tmp_path.iterdir())


def test_an_interrupted_replacement_keeps_the_earlier_result(tmp_path: Path) -> None:
    _write(tmp_path / "result", "first")
    with pytest.raises(RuntimeError), complete_or_absent(tmp_path / "result", overwrite=True):
        raise RuntimeError
    assert (tmp_path / "result" / PROVENANCE_FILE).read_text() == "first"
    _write(tmp_path / "result", "second", overwrite=True)
    assert (tmp_path / "result" / PROVENANCE_FILE).read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_leftovers_of_a_killed_process_go_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    dead = 2**22 + 1  # above the highest pid Linux gives
    for owner in (dead, os.getppid()):
        (tmp_path / f".result.partial-{owner}").mkdir()
    _write(tmp_path / "result", "{}")
    assert not (tmp_path / f".result.partial-{dead}").exists()
    assert (tmp_path / f".result.partial-{os.getppid()}").exists()


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    _write(tmp_path / "result", "{}")
    with pytest.raises(WorkbenchError, match="exists") as caught:
        _write(tmp_path / "result", "{}")
    assert "--force" in (caught.value.fix or "")


def test_a_folder_of_the_user_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    with pytest.raises(WorkbenchError, match="no earlier result"):
        _write(tmp_path / "thesis", "{}", overwrite=True)
    assert (tmp_path / "thesis" / "chapter1.txt").exists()


def test_the_source_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "models" / "base"
    _write(source, "{}")
    for target in (source, source.parent):
        with (
            pytest.raises(WorkbenchError, match="made from"),
            complete_or_absent(target, overwrite=True, sources=[source]),
        ):
            pass
    assert (source / PROVENANCE_FILE).exists()


def test_a_full_disk_is_told_before_writing(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="are free"):
        require_space(tmp_path / "not" / "there" / "yet", 2**60)
