"""The file that rows are added to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.data.sheets.sheet_file import Appended, append_rows, check_sheet
from workbench.errors import WorkbenchError

ROW = {"id": "a", "image": "a.jpg", "conversations": []}


def rows_in(path: Path) -> list[dict[str, object]]:
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)


@pytest.mark.parametrize("name", ["sheet.json", "sheet.jsonl", "new/sheet.json"])
def test_rows_are_added_once_and_ids_stay_their_own(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    other = {**ROW, "image": "图.jpg"}
    assert append_rows(path, [ROW, ROW]) == Appended(1, 1, 1)
    assert append_rows(path, [ROW, other]) == Appended(1, 1, 2)
    assert append_rows(path, [{"messages": []}]) == Appended(1, 0, 3)
    assert rows_in(path) == [ROW, {**other, "id": "a#2"}, {"messages": []}]


def test_nothing_is_made_of_nothing(tmp_path: Path) -> None:
    assert append_rows(tmp_path / "sheet.json", []) == Appended(0, 0, 0)
    assert not (tmp_path / "sheet.json").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.json", "{}"), ("a.json", "[1]"), ("a.json", "[{"), ("a.jsonl", "{}\n3"), ("a.txt", ""), ("a.json", "\x00")],
)
def test_a_file_that_is_something_else_stays_as_it_is(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(WorkbenchError) as caught:
        append_rows(path, [ROW])
    assert caught.value.where == str(path) and caught.value.fix
    assert path.read_text() == content


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="must be a file"):
        append_rows(tmp_path, [ROW])


def test_rows_whose_pictures_count_from_another_folder_get_no_others(tmp_path: Path) -> None:
    path, photos = tmp_path / "sheet.json", tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"")
    append_rows(path, [ROW, {"messages": []}])
    check_sheet(path)
    check_sheet(path, photos)
    with pytest.raises(WorkbenchError, match=r"do not count from .*: a\.jpg") as caught:
        check_sheet(path, tmp_path)
    assert caught.value.where == str(path) and caught.value.fix
    check_sheet(tmp_path / "new.json", tmp_path)
