"""Two sides that share no row, the same every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.transform.files import numbered, rows_in, said, write_lines
from workbench.data.transform.rows import RowSource
from workbench.data.transform.split import SplitRequest, split_rows
from workbench.errors import WorkbenchError


def _split(path: Path, **request: Any) -> tuple[list[dict], list[dict], dict[str, Any]]:
    train, test = path.with_name("train.jsonl"), path.with_name("test.jsonl")
    done = split_rows(RowSource(str(path), skip_bad=True), SplitRequest(train, test, **request), force=True)
    return rows_in(train), rows_in(test), done.as_json()


def test_a_share_is_drawn_and_rows_keep_their_order(tmp_path: Path):
    rows = numbered(200)
    path = write_lines(tmp_path / "in.jsonl", rows)
    train, test, done = _split(path, share=0.1)
    assert (done["train_rows"], done["test_rows"], done["read"], done["kept"]) == (180, 20, 200, 200)
    assert [row for row in rows if row not in test] == train
    assert [row for row in rows if row in test] == test


def test_the_seed_says_which_rows(tmp_path: Path):
    path = write_lines(tmp_path / "in.jsonl", numbered(100))
    assert _split(path, rows=10, seed=1)[1] == _split(path, rows=10, seed=1)[1]
    assert _split(path, rows=10, seed=1)[1] != _split(path, rows=10, seed=2)[1]


def test_a_row_added_elsewhere_moves_few_others(tmp_path: Path):
    rows = numbered(100)
    before = _split(write_lines(tmp_path / "in.jsonl", rows), rows=10)[1]
    after = _split(write_lines(tmp_path / "in.jsonl", [said("New?", "Yes."), *rows]), rows=10)[1]
    assert len([row for row in before if row in after]) >= 9


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.lists(st.integers(1, 6), min_size=3, max_size=25), share=st.floats(0.1, 0.9), seed=st.integers(0, 99))
def test_rows_that_are_the_same_stay_together(tmp_path: Path, times: list[int], share: float, seed: int):
    rows = [row for row, count in zip(numbered(len(times)), times, strict=True) for _time in range(count)]
    path = write_lines(tmp_path / "in.jsonl", rows)
    try:
        train, test, done = _split(path, share=share, seed=seed)
    except WorkbenchError as error:
        assert "One side would be empty" in error.what
        return
    assert not [row for row in test if row in train]
    assert done["train_rows"] + done["test_rows"] == len(rows) == len(train) + len(test)
    assert done["test_rows"] <= round(len(rows) * share)


def test_every_language_gives_its_share(tmp_path: Path):
    chinese = [said(f"{number}加一等于几？", f"等于{number + 1}。") for number in range(60)]
    path = write_lines(tmp_path / "in.jsonl", [*numbered(140), *chinese])
    _train, test, done = _split(path, share=0.1, by="language")
    groups = [{"group": "en", "rows": 140, "test_rows": 14}, {"group": "zh", "rows": 60, "test_rows": 6}]
    assert done["groups"] == groups
    assert sum(row in chinese for row in test) == 6


def test_every_system_text_gives_its_share_and_the_sum_is_right(tmp_path: Path):
    rows = [row for name in range(10) for row in numbered(15, f"You are number {name}.")]
    _train, test, done = _split(write_lines(tmp_path / "in.jsonl", rows), share=0.1, by="system")
    assert len(test) == 15
    assert {group["test_rows"] for group in done["groups"]} == {1, 2}


def test_bad_rows_are_on_no_side(tmp_path: Path):
    rows: list[Any] = numbered(20)
    path = write_lines(tmp_path / "in.jsonl", [*rows[:10], '{"messages": 3}', "no JSON", *rows[10:]])
    train, test, done = _split(path, rows=5)
    assert (len(train), len(test), done["read"], done["kept"], done["left_out"]) == (15, 5, 22, 20, {"bad": 2})
    assert [bad["where"] for bad in done["bad"]] == [f"{path}:11:messages", f"{path}:12:1"]


@pytest.mark.parametrize("request_", [{"rows": 3}, {"share": 0.01}, {"rows": 10}])
def test_an_empty_side_is_refused_and_nothing_written(tmp_path: Path, request_: dict[str, Any]):
    path = write_lines(tmp_path / "in.jsonl", numbered(3))
    with pytest.raises(WorkbenchError, match="One side would be empty"):
        _split(path, **request_)
    assert list(tmp_path.iterdir()) == [path]


def test_both_sides_need_a_file_of_their_own(tmp_path: Path):
    source = RowSource(str(write_lines(tmp_path / "in.jsonl", numbered(9))))
    out = tmp_path / "out.jsonl"
    with pytest.raises(WorkbenchError, match="into one file"):
        split_rows(source, SplitRequest(out, out))
    with pytest.raises(WorkbenchError, match="files that are read"):
        split_rows(source, SplitRequest(out, tmp_path / "in.jsonl"), force=True)
