"""Rows without their repetitions, and which row each repetition equals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.transform.files import numbered, rows_in, said, write_lines
from workbench.data.transform import dedupe
from workbench.data.transform.dedupe import dedupe_rows
from workbench.data.transform.rows import RowSource

LONG = "Please explain to me in a few short words and without any formula why the sea rises and falls twice a day {}"


def test_each_row_stays_where_it_stands_first(tmp_path: Path):
    rows = numbered(30)
    path = write_lines(tmp_path / "in.jsonl", [*rows[:20], *rows[5:25], "", *rows])
    done = dedupe_rows(RowSource(str(path)), tmp_path / "out.jsonl", keep_all=True).as_json()
    assert rows_in(tmp_path / "out.jsonl") == rows
    assert (done["read"], done["kept"], done["left_out"]) == (70, 30, {"duplicate": 40})
    assert done["removed"][0] == {"row": f"{path}:21", "same_as": f"{path}:6", "near": False}
    assert done["removed"][-1] == {"row": f"{path}:66", "same_as": f"{path}:40", "near": False}


def test_rows_of_other_files_and_formats_count_as_the_same(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    write_lines(folder / "a.jsonl", [said("1+1?", "2")])
    write_lines(
        folder / "b.jsonl", [{"conversations": [{"from": "human", "value": "1+1?"}, {"from": "gpt", "value": "2"}]}]
    )
    done = dedupe_rows(RowSource(str(folder)), tmp_path / "out.jsonl").as_json()
    assert done["removed"] == [{"row": f"{folder / 'b.jsonl'}:1", "same_as": f"{folder / 'a.jsonl'}:1", "near": False}]


def test_blanks_make_no_difference_but_capitals_do(tmp_path: Path):
    path = write_lines(
        tmp_path / "in.jsonl", [said("1 + 1?", "two"), said(" 1 +  1?\n", "two "), said("1 + 1?", "Two")]
    )
    dedupe_rows(RowSource(str(path)), tmp_path / "out.jsonl")
    assert rows_in(tmp_path / "out.jsonl") == [said("1 + 1?", "two"), said("1 + 1?", "Two")]


def test_near_duplicates_are_left_out_only_if_asked_for(tmp_path: Path):
    path = write_lines(
        tmp_path / "in.jsonl", [said(LONG.format(word), "The moon pulls.") for word in ("please", "now")]
    )
    exact = dedupe_rows(RowSource(str(path)), tmp_path / "exact.jsonl").as_json()
    assert exact["kept"] == 2
    near = dedupe_rows(RowSource(str(path)), tmp_path / "near.jsonl", near=0.7).as_json()
    assert (near["kept"], near["left_out"]) == (1, {"near_duplicate": 1})
    assert near["removed"] == [{"row": f"{path}:2", "same_as": f"{path}:1", "near": True}]


def test_ten_of_many_are_told_in_words(tmp_path: Path):
    path = write_lines(tmp_path / "in.jsonl", numbered(1) * 30)
    done = dedupe_rows(RowSource(str(path)), tmp_path / "out.jsonl")
    assert len(done.sentences) == 11
    assert done.sentences[-2:] == [f"  {path}:11 is {path}:1", "  and 19 more"]


def test_how_far_near_duplicates_were_looked_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dedupe, "_NEAR_ROWS", 2)
    path = write_lines(tmp_path / "in.jsonl", numbered(5))
    done = dedupe_rows(RowSource(str(path)), tmp_path / "out.jsonl", near=1.0)
    assert done.sentences == ["Rows were compared with the first 2 different ones only."]
