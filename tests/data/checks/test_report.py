"""The report as a person and as a program reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from tests.data.checks.rows import A, Q, config_for, plain_rows, row
from tests.data.conftest import Write
from workbench.data.checks import check_data
from workbench.i18n import set_language
from workbench.wrapping import wrapped


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language("en")


def test_the_report_as_json_counts_every_place(write: Write) -> None:
    shown = check_data(str(write([*plain_rows(20), *plain_rows(8)]))).as_json()
    assert shown["rows"] == shown["kept"] == 28
    (finding,) = shown["findings"]
    assert finding["severity"] == "note"
    assert finding["count"] == len(finding["places"]) == len(finding["details"]) == 16


def test_the_report_as_json_has_all_figures(write: Write) -> None:
    path = write([*plain_rows(20), row(Q)])
    shown = check_data(str(path), config_for(path, nproc=1)).as_json()
    assert shown["left_out"] == [{"reason": "no_answer", "what": "without an answer", "count": 1}]
    assert shown["recognised"][0]["format"] == "openai" and shown["recognised"][0]["reason"]
    assert sum(bucket["rows"] for bucket in shown["lengths"]["histogram"]) == shown["kept"] == 20
    assert shown["packs"]["packs"] == 1 and shown["packs"]["steps"] == 3


def test_a_long_list_of_places_is_shortened_for_reading(write: Write) -> None:
    lines = check_data(str(write([*plain_rows(20), *plain_rows(8)]))).as_text().splitlines()
    start = lines.index("note: repeated rows [16]")
    places = ["    data.json:1", "    data.json:21  = data.json:1", "    data.json:2", "    and 13 more"]
    assert lines[start + 1 : start + 5] == places


def test_the_report_fits_a_terminal_of_80_columns(write: Write, language: str) -> None:
    rows = [*plain_rows(30), row(Q), row(A), row(Q, Q, A), row(Q, ("assistant", "word " * 300)), "no object"]
    path = write(rows, "很长的名字.json")
    text = check_data(str(path), config_for(path, max_length=64, nproc=1)).as_text()
    assert max(cell_len(line) for line in text.splitlines() if str(path) not in line) <= 80
    assert "█" in text


def test_a_run_of_empty_lines_in_the_histogram_is_one(write: Write) -> None:
    path = write([*plain_rows(3), row(Q, ("assistant", "word " * 900))])
    lines = check_data(str(path), config_for(path, nproc=1)).as_text().splitlines()
    (gap,) = [number for number, line in enumerate(lines) if line.strip() == "…"]
    assert "█ 1" in lines[gap + 1] or lines[gap + 1].endswith("█ 1")
    assert lines[gap - 1].endswith("█ 3")


def test_near_duplicates_are_not_spoken_of_where_no_row_has_text(write: Write) -> None:
    path = write([{"input_ids": [1, 333, number], "labels": [-100, 333, number]} for number in range(5)])
    assert "near-duplicates" not in check_data(str(path)).as_text()


def test_totals_come_first_and_add_up_in_words(write: Write) -> None:
    lines = check_data(str(write([*plain_rows(20), row(Q), "no object"]))).as_text().splitlines()
    assert lines[:3] == [
        "22 rows read = 20 kept + 2 left out",
        "  left out: 1 not readable, or not of their format",
        "  left out: 1 without an answer",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("short", ["short"]),
        ("one two three four", ["one two", " three", " four"]),
        ("a-very-long-word b", ["a-very-long-word", " b"]),
        ("数据行的格式。好", ["数据行的", " 格式。好"]),
    ],
)
def test_lines_break_at_blanks_and_between_wide_characters(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, indent=" ", width=9)) == lines


def test_the_rows_before_the_end_of_a_cut_file_are_counted(write: Write) -> None:
    whole = json.dumps(plain_rows(3))
    report = check_data(str(write(whole[:-4])))
    assert report.rows == 2
    assert [finding.severity for finding in report.findings] == ["error"]


def test_that_training_stops_at_bad_rows_is_said_unless_they_are_left_out(write: Write) -> None:
    path = write([*plain_rows(3), "no object"])
    said = "training stops at the first bad row, unless bad_rows: leave_out"
    assert said in check_data(str(path)).as_text()
    assert said not in check_data(str(path), config_for(path, bad_rows="leave_out")).as_text()
