"""How many rows each source gives, and that it gives them whole, in order, and the same every time."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.transform.files import rows_in, said, write_lines
from workbench.data.transform.mix import MixRequest, mix_rows
from workbench.data.transform.rows import RowSource
from workbench.errors import WorkbenchError


def _source(folder: Path, name: str, count: int) -> str:
    return str(write_lines(folder / f"{name}.jsonl", [said(f"{name} {number}", name) for number in range(count)]))


def _mix(paths: list[str], folder: Path, **request: Any) -> tuple[list[str], dict[str, Any]]:
    """The questions that were written, in order, and what was told."""
    out = folder / "out.jsonl"
    done = mix_rows([RowSource(path, skip_bad=True) for path in paths], MixRequest(out, **request), force=True)
    return [row["messages"][0]["content"] for row in rows_in(out)], done.as_json()


@pytest.mark.parametrize(
    ("request_", "rows"),
    [
        ({}, [80, 20]),
        ({"weights": (1.0, 1.0)}, [50, 50]),
        ({"weights": (0.7, 0.3), "rows": 10}, [7, 3]),
        ({"weights": (1.0, 2.0), "rows": 100}, [33, 67]),
        ({"temperature": 2.0, "rows": 90}, [60, 30]),
        ({"temperature": 1000.0, "rows": 90}, [45, 45]),
        ({"temperature": float("inf"), "rows": 90}, [45, 45]),
        ({"temperature": 1e-300, "rows": 90}, [90, 0]),
        ({"weights": (1e308, 1e308), "rows": 90}, [45, 45]),
        ({"rows": 5}, [4, 1]),
    ],
)
def test_each_source_gives_its_share(tmp_path: Path, request_: dict[str, Any], rows: list[int]):
    paths = [_source(tmp_path, "a", 80), _source(tmp_path, "b", 20)]
    asked, done = _mix(paths, tmp_path, **request_)
    counts = Counter(question[0] for question in asked)
    assert [counts["a"], counts["b"]] == rows == [source["rows"] for source in done["sources"]]
    assert [source["times"] for source in done["sources"]] == [rows[0] / 80, rows[1] / 20]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=4), rows=st.integers(1, 60), seed=st.integers(0, 9))
def test_every_row_comes_as_often_as_any_other_of_its_source_or_once_more(
    tmp_path: Path, sizes: list[int], rows: int, seed: int
):
    paths = [_source(tmp_path, name, size) for name, size in zip("abcd", sizes, strict=False)]
    asked, done = _mix(paths, tmp_path, weights=(1.0,) * len(sizes), rows=rows, seed=seed)
    assert len(asked) == rows == sum(source["rows"] for source in done["sources"])
    assert done["read"] == sum(sizes) == done["kept"] + sum(done["left_out"].values())
    assert done["kept"] == len(set(asked))
    for name, size, told in zip("abcd", sizes, done["sources"], strict=False):
        times = Counter(question for question in asked if question[0] == name)
        assert all(times[f"{name} {number}"] - told["rows"] // size in (0, 1) for number in range(size))


def test_the_rows_of_a_source_keep_their_order_and_are_spread(tmp_path: Path):
    asked, _done = _mix([_source(tmp_path, "a", 500), _source(tmp_path, "b", 500)], tmp_path)
    assert [question for question in asked if question[0] == "a"] == [f"a {number}" for number in range(500)]
    changes = sum(one[0] != other[0] for one, other in pairwise(asked))
    assert 400 < changes < 600


def test_the_seed_says_the_order_and_what_is_drawn(tmp_path: Path):
    paths = [_source(tmp_path, "a", 30), _source(tmp_path, "b", 30)]
    first, again, other = (_mix(paths, tmp_path, rows=20, seed=seed)[0] for seed in (1, 1, 2))
    assert first == again
    assert set(first) != set(other)


def test_rows_of_one_format_stay_as_they_are(tmp_path: Path):
    rows = [{"instruction": f"{number}?", "output": "x", "extra": number} for number in range(4)]
    paths = [str(write_lines(tmp_path / f"{at}.jsonl", rows[at : at + 2])) for at in (0, 2)]
    done = mix_rows([RowSource(path) for path in paths], MixRequest(tmp_path / "out.jsonl")).as_json()
    assert done["format"] == "alpaca"
    assert sorted(rows_in(tmp_path / "out.jsonl"), key=str) == rows


def test_rows_of_several_formats_become_messages(tmp_path: Path):
    alpaca = write_lines(tmp_path / "b.jsonl", [{"instruction": "1+1?", "output": "2"}])
    asked, done = _mix([_source(tmp_path, "a", 1), str(alpaca)], tmp_path)
    assert done["format"] == "openai"
    assert sorted(asked) == ["1+1?\n", "a 0"]


def test_a_source_that_cannot_become_messages_is_refused_with_its_row(tmp_path: Path):
    text = write_lines(tmp_path / "b.jsonl", [{"text": "Once."}])
    with pytest.raises(WorkbenchError, match="cannot hold") as caught:
        _mix([_source(tmp_path, "a", 1), str(text)], tmp_path)
    assert caught.value.where == f"{text}:1"


def test_bad_rows_count_for_nothing(tmp_path: Path):
    bad = write_lines(tmp_path / "b.jsonl", [said("b 0", "b"), "no JSON", '{"messages": 1}'])
    asked, done = _mix([_source(tmp_path, "a", 2), str(bad)], tmp_path, rows=6)
    assert Counter(asked) == {"a 0": 2, "a 1": 2, "b 0": 2}
    assert (done["read"], done["kept"], done["left_out"]) == (5, 3, {"bad": 2})


def test_a_source_of_bad_rows_only_is_refused(tmp_path: Path):
    bad = write_lines(tmp_path / "b.jsonl", ["no JSON"])
    with pytest.raises(WorkbenchError, match="No row of the file can be read"):
        _mix([_source(tmp_path, "a", 2), str(bad)], tmp_path)
