"""Folders that the datasets library loads, and that are whole or not there."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow
import pytest

from workbench.data.arrow_folder import ArrowFolderWriter, is_arrow_folder
from workbench.errors import WorkbenchError

SCHEMA = pyarrow.schema(
    {"input_ids": pyarrow.list_(pyarrow.int32()), "messages": pyarrow.list_(pyarrow.struct({"role": pyarrow.string()}))}
)


def _batch(*roles: str) -> pyarrow.RecordBatch:
    rows = [{"input_ids": [1, 2], "messages": [{"role": role}]} for role in roles]
    return pyarrow.RecordBatch.from_pylist(rows, schema=SCHEMA)


def _write(path: Path, *roles: str) -> None:
    with ArrowFolderWriter(path, SCHEMA) as writer:
        writer.write(_batch(*roles))


def test_the_datasets_library_loads_it(tmp_path: Path):
    import datasets

    with ArrowFolderWriter(tmp_path / "rows", SCHEMA, fingerprint="abc") as writer:
        writer.write(_batch("user", "assistant"))
        writer.write(_batch("tool"))
    assert writer.rows == 3
    loaded = datasets.load_from_disk(str(tmp_path / "rows"))
    assert loaded.to_list()[2] == {"input_ids": [1, 2], "messages": [{"role": "tool"}]}
    assert len(loaded) == 3
    assert json.loads((tmp_path / "rows" / "state.json").read_text())["_fingerprint"] == "abc"
    assert is_arrow_folder(tmp_path / "rows")


def test_nothing_has_the_name_before_the_end_nor_after_an_error(tmp_path: Path):
    with pytest.raises(KeyError), ArrowFolderWriter(tmp_path / "rows", SCHEMA) as writer:
        writer.write(_batch("user"))
        assert not (tmp_path / "rows").exists()
        raise KeyError("stopped")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_folder_stays_until_the_new_one_is_whole(tmp_path: Path):
    path = tmp_path / "rows"
    _write(path, "user")
    with pytest.raises(KeyError), ArrowFolderWriter(path, SCHEMA) as writer:
        writer.write(_batch("user", "user"))
        raise KeyError("stopped")
    assert pyarrow.ipc.open_stream(next(path.glob("*.arrow")).read_bytes()).read_all().num_rows == 1
    _write(path, "user", "user")
    assert pyarrow.ipc.open_stream(next(path.glob("*.arrow")).read_bytes()).read_all().num_rows == 2
    assert list(tmp_path.iterdir()) == [path]


def test_other_folders_are_not_replaced(tmp_path: Path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").touch()
    with pytest.raises(WorkbenchError, match="not replaced"):
        ArrowFolderWriter(tmp_path / "photos", SCHEMA)
    assert [file.name for file in tmp_path.rglob("*")] == ["photos", "a.png"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(WorkbenchError, match="cannot be written"):
        ArrowFolderWriter(tmp_path / "file" / "rows", SCHEMA)


def test_what_a_killed_process_left_is_removed(tmp_path: Path):
    left, running = tmp_path / ".rows.partial-4194304", tmp_path / ".rows.partial-1"
    left.mkdir()
    running.mkdir()
    _write(tmp_path / "rows", "user")
    assert (left.exists(), running.exists()) == (False, True)
