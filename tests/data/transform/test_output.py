"""Every type of file that is written reads back as the same rows, and is whole or not there."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from tests.data.transform.files import rows_in, said, write_lines
from workbench.data.files import data_files
from workbench.data.transform import columns
from workbench.data.transform.output import ENDINGS, writing
from workbench.errors import WorkbenchError

FLAT = [{"text": 'One, "two"\nthree', "n": 1}, {"text": "四 ", "n": 2}]
DEEP = [said("1+1?", "2"), {**said("看", "好"), "images": ["a.png"]}]


def _write(out: Path, rows: list[dict], **options: bool) -> None:
    with writing(out, **options) as writer:
        for row in rows:
            writer.write(row)


@pytest.mark.parametrize("name", [f"rows{ending}" for ending in ENDINGS if ending != ".csv"] + ["ROWS.JSONL", "rows"])
def test_rows_come_back_as_they_were(tmp_path: Path, name: str):
    _write(tmp_path / name, DEEP)
    (file,) = data_files(str(tmp_path / name))
    read = [{key: value for key, value in row.items() if value is not None} for row in rows_in(file)]
    assert read == DEEP


def test_a_table_holds_text_and_numbers(tmp_path: Path):
    _write(tmp_path / "rows.csv", FLAT)
    assert rows_in(tmp_path / "rows.csv") == [{**row, "n": str(row["n"])} for row in FLAT]


def test_a_list_has_the_bytes_of_json_dump(tmp_path: Path):
    _write(tmp_path / "rows.json", DEEP)
    assert (tmp_path / "rows.json").read_text() == json.dumps(DEEP, ensure_ascii=False, indent=4)


@pytest.mark.parametrize(("name", "text"), [("a.json", "[]"), ("a.jsonl", "")])
def test_no_rows_are_written_too(tmp_path: Path, name: str, text: str):
    _write(tmp_path / name, [])
    assert (tmp_path / name).read_text() == text


def test_packed_files_of_the_same_rows_have_the_same_bytes(tmp_path: Path):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        _write(tmp_path / name, DEEP)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert len(gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).splitlines()) == 2


@pytest.mark.parametrize("name", [f"rows{ending}" for ending in ENDINGS] + ["rows"])
def test_nothing_is_left_of_what_was_not_finished(tmp_path: Path, name: str):
    with pytest.raises(KeyError), writing(tmp_path / name) as writer:
        writer.write(FLAT[0])
        raise KeyError("stopped")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_file_stays_until_the_new_one_is_whole(tmp_path: Path):
    out = tmp_path / "rows.jsonl"
    _write(out, DEEP)
    with pytest.raises(KeyError), writing(out, force=True) as writer:
        writer.write(FLAT[0])
        raise KeyError("stopped")
    assert rows_in(out) == DEEP
    _write(out, FLAT, force=True)
    assert rows_in(out) == FLAT
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("name", "said"),
    [("rows.jsonl", "exists already"), ("saved", "exists already"), ("photos", "folder"), ("b.xlsx", "not written")],
)
def test_outputs_in_the_way_of_something_are_refused(tmp_path: Path, name: str, said: str):
    write_lines(tmp_path / "rows.jsonl", DEEP)
    _write(tmp_path / "saved", DEEP)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(WorkbenchError, match=said), writing(tmp_path / name):
        pytest.fail("nothing may be written")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_is_read_is_never_replaced(tmp_path: Path):
    path = write_lines(tmp_path / "rows.jsonl", DEEP)
    (tmp_path / "link.jsonl").symlink_to(path)
    for out in (path, tmp_path / "link.jsonl", tmp_path / "x" / ".." / "rows.jsonl"):
        with pytest.raises(WorkbenchError, match="files that are read"), writing(out, force=True, sources=[path]):
            pytest.fail("nothing may be written")


def test_a_dataset_folder_that_is_read_is_never_replaced(tmp_path: Path):
    _write(tmp_path / "saved", DEEP)
    sources = data_files(str(tmp_path / "saved"))
    out = tmp_path / "saved"
    with pytest.raises(WorkbenchError, match="files that are read"), writing(out, force=True, sources=sources):
        pytest.fail("nothing may be written")


@pytest.mark.parametrize(
    ("rows", "place", "said"),
    [
        ([{"a": "1"}, {"a": "1", "b": "2"}], "2:b", "first row has no such column"),
        ([{"a": ["1"]}], "1:a", "list or an object"),
    ],
)
def test_what_a_table_cannot_hold_is_named(tmp_path: Path, rows: list[dict], place: str, said: str):
    with pytest.raises(WorkbenchError, match=said) as caught:
        _write(tmp_path / "rows.csv", rows)
    assert caught.value.where == f"{tmp_path / 'rows.csv'}:{place}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["rows.parquet", "rows"])
@pytest.mark.parametrize("between", [0, 1000])
def test_a_column_of_two_types_is_named(tmp_path: Path, name: str, between: int):
    rows = [{"id": "a", "x": 1}] * (between + 1) + [{"id": 2, "x": 1}]
    with pytest.raises(WorkbenchError, match="cannot hold") as caught:
        _write(tmp_path / name, rows)
    assert caught.value.where == f"{tmp_path / name}:{between + 2}:id"
    assert list(tmp_path.iterdir()) == []


def test_columns_that_come_late_and_numbers_that_turn_decimal_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(columns, "_BATCH_ROWS", 2)
    rows = [{"n": 1, "m": []}, {"n": 2, "m": []}, {"n": 1.5, "m": [{"a": "x"}]}, {"n": 3, "m": [{"b": 1}], "late": "y"}]
    _write(tmp_path / "rows.parquet", rows)
    assert rows_in(tmp_path / "rows.parquet")[1] == {"n": 2.0, "m": [], "late": None}
    assert rows_in(tmp_path / "rows.parquet")[3] == {"n": 3.0, "m": [{"a": None, "b": 1}], "late": "y"}


def test_a_number_too_large_for_a_typed_column_is_named(tmp_path: Path):
    with pytest.raises(WorkbenchError, match="cannot hold"):
        _write(tmp_path / "rows.parquet", [{"n": 2**70}])


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    for name in ("rows.jsonl", "rows"):
        with pytest.raises(WorkbenchError, match="cannot be written"):
            _write(tmp_path / "file" / name, FLAT)


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
@pytest.mark.parametrize("value", [float("nan"), float("-inf"), {"deep": [float("nan")]}, b"bytes", date(2024, 1, 2)])
def test_what_json_does_not_have_is_refused_for_its_place(tmp_path: Path, name: str, value: object):
    with pytest.raises(WorkbenchError, match="JSON does not have") as caught:
        _write(tmp_path / name, [{"text": "a", "score": 1.5}, {"text": "b", "score": value}])
    assert caught.value.where == f"{tmp_path / name}:2:score"
    assert list(tmp_path.iterdir()) == []
