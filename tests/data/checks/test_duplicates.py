"""Rows that stand more than once."""

from __future__ import annotations

import random

import pytest

from tests.data.checks.rows import details, found, plain_rows, row
from tests.data.conftest import Write
from workbench.data.checks import check_data, duplicates
from workbench.data.checks.finding import PLACES_KEPT
from workbench.data.row_table import RowTable

STOCK = "one row makes up much of the data; a model learns to answer everything with it"
REPEATED = "repeated rows"
NEAR = "rows that are nearly the same as an earlier one"
STORY = " ".join(f"Ship {number} passed in the night." for number in range(20)) + " "


def story(ending: str) -> dict[str, object]:
    return row(("user", "Tell me a story."), ("assistant", STORY + ending))


def test_repeated_rows_are_listed_with_what_they_repeat(write: Write) -> None:
    report = check_data(str(write([*plain_rows(20), plain_rows(1)[0]])))
    assert found(report) == {REPEATED: ["data.json:1", "data.json:21"]}
    assert details(report, REPEATED) == ["", "= data.json:1"]
    assert not report.has_errors


def test_rows_repeated_across_files_are_listed(write: Write) -> None:
    folder = write(plain_rows(20), "d/a.json").parent
    write(plain_rows(1), "d/b.json")
    assert found(check_data(str(folder))) == {REPEATED: ["a.json:1", "b.json:1"]}


def test_data_that_is_mostly_one_row_is_warned_about(write: Write) -> None:
    places = found(check_data(str(write([*plain_rows(7), plain_rows(1)[0], plain_rows(1)[0]]))))[STOCK]
    assert places == ["data.json:1", "data.json:8", "data.json:9"]


def test_places_are_kept_to_a_limit_and_counted_beyond_it(write: Write) -> None:
    report = check_data(str(write(plain_rows(1) * 3000)))
    assert [finding.count for finding in report.findings] == [3000, 3000]
    assert all(len(finding.places) <= PLACES_KEPT for finding in report.findings)


def test_rows_that_differ_in_a_word_are_nearly_the_same(write: Write) -> None:
    report = check_data(str(write([*plain_rows(20), story("The end."), story("The END!"), story("Fin.")])))
    assert found(report) == {NEAR: ["data.json:22", "data.json:23"]}
    assert details(report, NEAR)[0] == "like data.json:21"


def test_rows_beyond_the_limit_are_not_compared_and_the_report_says_so(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "NEAR_ROWS_COMPARED", 20)
    report = check_data(str(write([*plain_rows(20), story("The end."), story("The END!")])))
    assert report.findings == []
    text = " ".join(report.as_text().split())
    assert "near-duplicates were looked for among the first 20 of 22 different rows" in text


def test_the_table_finds_every_fingerprint_again() -> None:
    table = RowTable()
    draw = random.Random(7)
    seen: dict[int, list[int]] = {}
    for place in range(20_000):
        mark = draw.choice([0, 2**64 - 1, draw.getrandbits(64), draw.getrandbits(8) << 32])
        seen.setdefault(mark, []).append(place)
        assert table.add(mark, place) == (seen[mark][0], len(seen[mark]))
    assert len(table) == len(seen)
