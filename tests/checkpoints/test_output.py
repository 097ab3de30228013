"""Results are complete or absent."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from workbench.checkpoints.output import complete_or_absent, require_space, resume_key_of
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError


def _write(final: Path, text: str, **options: bool) -> None:
    with complete_or_absent(final, **options) as folder:
        (folder / "weights").write_text(text)
        write_provenance(folder, Provenance())


def _read(final: Path) -> str:
    return (final / "weights").read_text()


def test_the_result_appears_at_the_end(tmp_path: Path) -> None:
    with complete_or_absent(tmp_path / "deep" / "result") as folder:
        (folder / "weights").write_text("half")
        assert not (tmp_path / "deep" / "result").exists()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["result"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    _write(tmp_path / "result", "first")
    assert _read(tmp_path / "result") == "first"


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
    assert _read(tmp_path / "result") == "first"
    _write(tmp_path / "result", "second", overwrite=True)
    assert _read(tmp_path / "result") == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_leftovers_of_a_killed_process_go_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    dead = 2**22 + 1  # above the highest pid Linux gives
    for owner in (dead, os.getppid()):
        (tmp_path / f".result.partial-{owner}").mkdir()
    _write(tmp_path / "result", "first")
    assert not (tmp_path / f".result.partial-{dead}").exists()
    assert (tmp_path / f".result.partial-{os.getppid()}").exists()


def test_an_attempt_that_was_interrupted_goes_on_with_the_same_key_only(tmp_path: Path) -> None:
    for key, found in (("a", False), ("a", True), ("b", False), ("a", False)):
        with pytest.raises(KeyboardInterrupt), complete_or_absent(tmp_path / "result", resume_key=key) as folder:
            assert (folder / "half").exists() is found
            (folder / "half").write_text("half")
            raise KeyboardInterrupt
    with complete_or_absent(tmp_path / "result", resume_key="a"):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["result", "half"]


def test_an_attempt_that_failed_does_not_go_on(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), complete_or_absent(tmp_path / "result", resume_key="a") as folder:
        (folder / "half").write_text("half")
        raise RuntimeError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["a", "b"])
def test_two_do_not_write_the_same_at_once(tmp_path: Path, key: str) -> None:
    with complete_or_absent(tmp_path / "result", resume_key="a") as folder:
        (folder / "half").write_text("half")
        if key == "a":
            with (
                pytest.raises(WorkbenchError, match="Another process"),
                complete_or_absent(tmp_path / "result", resume_key=key),
            ):
                pass
        else:
            with complete_or_absent(tmp_path / "result", resume_key=key):
                pass
            (tmp_path / "result").rmdir()
    assert (tmp_path / "result" / "half").read_text() == "half"


def test_the_key_follows_the_files_and_the_settings(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for path in files:
        path.write_text("1")
    keys = [resume_key_of(files, "fp16", 5), resume_key_of(reversed(files), "fp16", 5), resume_key_of(files, "fp32", 5)]
    os.utime(files[1], ns=(1, 1))
    keys.append(resume_key_of(files, "fp16", 5))
    files[0].write_text("12")
    keys.append(resume_key_of(files, "fp16", 5))
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


@pytest.mark.parametrize("new_one_stands", [False, True])
def test_a_result_that_a_killed_attempt_had_moved_aside_comes_back(tmp_path: Path, new_one_stands: bool) -> None:
    _write(tmp_path / "result", "first")
    (tmp_path / "result").rename(tmp_path / f".result.replaced-{2**22 + 1}")
    if new_one_stands:
        _write(tmp_path / "other", "second")
        (tmp_path / "other").rename(tmp_path / "result")
    with pytest.raises(WorkbenchError, match="exists"):
        _write(tmp_path / "result", "third")
    assert _read(tmp_path / "result") == ("second" if new_one_stands else "first")
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_that_becomes_full_is_told(tmp_path: Path, code: int) -> None:
    with pytest.raises(WorkbenchError, match="disk became full") as caught, complete_or_absent(tmp_path / "result"):
        raise OSError(code, "full")
    assert caught.value.where == str(tmp_path / "result")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with (
        pytest.raises(WorkbenchError, match="cannot be written") as caught,
        complete_or_absent(tmp_path / "file" / "result"),
    ):
        pass
    assert "another folder" in (caught.value.fix or "")


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    _write(tmp_path / "result", "first")
    with pytest.raises(WorkbenchError, match="exists") as caught:
        _write(tmp_path / "result", "first")
    assert "--force" in (caught.value.fix or "")


def test_a_folder_of_the_user_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    with pytest.raises(WorkbenchError, match="no earlier result"):
        _write(tmp_path / "thesis", "first", overwrite=True)
    assert (tmp_path / "thesis" / "chapter1.txt").exists()


def test_a_file_that_the_user_put_into_a_result_is_not_lost(tmp_path: Path) -> None:
    _write(tmp_path / "result", "first")
    (tmp_path / "result" / "notes").mkdir()
    (tmp_path / "result" / "notes" / "mine.txt").write_text("what I found")
    with pytest.raises(WorkbenchError, match=r"not of the earlier result.*notes/mine\.txt") as caught:
        _write(tmp_path / "result", "second", overwrite=True)
    assert "Move them" in (caught.value.fix or "")
    assert _read(tmp_path / "result") == "first"


def test_a_checkpoint_of_a_training_is_no_earlier_result(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-80").mkdir()
    write_provenance(tmp_path / "checkpoint-80", Provenance(step=80))
    with pytest.raises(WorkbenchError, match="no earlier result"):
        _write(tmp_path / "checkpoint-80", "other", overwrite=True)


def test_the_source_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "models" / "base"
    _write(source, "first")
    for target in (source, source.parent):
        with (
            pytest.raises(WorkbenchError, match="made from"),
            complete_or_absent(target, overwrite=True, sources=[source]),
        ):
            pass
    assert _read(source) == "first"


def test_a_full_disk_is_told_before_writing(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="are free"):
        require_space(tmp_path / "not" / "there" / "yet", 2**60)
