"""Reading data files: every ending, and every mistake named with file, row and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import Write
from workbench.data.conversation import Conversation
from workbench.data.formats import FormatChoice
from workbench.data.read import open_file, raw_rows, read_file
from workbench.errors import WorkbenchError

ROWS = [{"input": "1+1?", "output": "2"}, {"input": "天空？", "output": "蓝色"}]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)


def problem_of(path: Path, format_name: str = "auto") -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        read_file(path, FormatChoice(format_name))
    return caught.value


def contents(path: Path) -> list[dict[str, Any]]:
    return [row for _number, row in raw_rows(path)]


def test_a_file_is_read_whole_and_says_why_it_is_of_its_format(write: Write) -> None:
    data = read_file(write(ROWS))
    assert data.format.name == "default"
    assert "input, output" in data.reason
    assert [row.number for row in data.rows] == [1, 2]
    assert [turn.content for turn in data.rows[1].sample.turns] == ["天空？", "蓝色"]


@pytest.mark.parametrize("name", ["data.jsonl", "data.json"])
def test_one_object_a_line_is_read_under_either_ending(write: Write, name: str) -> None:
    assert contents(write(LINES, name)) == ROWS


def test_lines_may_be_long_and_hold_any_separator_of_paragraphs(write: Write) -> None:
    rows = [{"text": "\u2028\u0085" * 40_000}, {"text": "b" * 70_000}]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert contents(write(lines, "data.json")) == rows
    assert contents(write(lines, "data.jsonl")) == rows


def test_a_pretty_printed_object_is_one_row(write: Write) -> None:
    assert contents(write(json.dumps(ROWS[0], indent=2))) == ROWS[:1]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode())
    assert contents(path) == ROWS


def test_empty_lines_are_passed_over_but_counted(write: Write) -> None:
    path = write(LINES.replace("\n", "\n\n"), "data.jsonl")
    assert [number for number, _row in raw_rows(path)] == [1, 3]


def test_a_text_file_is_one_plain_text(write: Write) -> None:
    (row,) = read_file(write("Once upon a time.\n", "story.txt")).rows
    assert row.sample.plain
    assert row.sample.turns[0].content == "Once upon a time."


@pytest.mark.parametrize(
    ("text", "name"),
    [("", "a.json"), (" \n\n", "a.json"), ("[]", "a.json"), ("", "a.jsonl"), ("\n\n", "a.jsonl"), (" \n", "a.txt")],
)
def test_an_empty_file_is_called_empty(write: Write, text: str, name: str) -> None:
    path = write(text, name)
    problem = problem_of(path)
    assert problem.what == "The data file is empty."
    assert problem.where == str(path)


def test_columns_of_no_known_format_are_listed(write: Write) -> None:
    path = write([{"frage": "Q", "antwort": "A"}])
    problem = problem_of(path)
    assert problem.where == f"{path}:1"
    assert "frage, antwort" in problem.what
    assert problem.fix is not None and "dataset_format" in problem.fix


@pytest.mark.parametrize(
    ("second", "field"),
    [
        ({"messages": [{"role": "user", "content": "Q"}, {"role": None, "content": "A"}]}, "messages[1].role"),
        ({"messages": [{"role": "user", "content": "Q"}, {"role": "robot", "content": "A"}]}, "messages[1].role"),
        ({"messages": [{"role": "user", "content": "Q"}, {"from": "gpt", "value": "A"}]}, "messages[1].role"),
        ({"messages": [{"role": "user", "content": "Q"}, {"role": "assistant"}]}, "messages[1].content"),
    ],
)
def test_a_row_unlike_the_first_is_named_with_its_field(write: Write, second: dict[str, Any], field: str) -> None:
    first = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}
    path = write([first, second])
    problem = problem_of(path)
    assert problem.where == f"{path}:2:{field}"
    assert "openai" in problem.what


def test_the_row_of_a_bad_line_is_its_line(write: Write) -> None:
    path = write(LINES + '\n{"input": "Q"}\n', "a.jsonl")
    assert problem_of(path).where == f"{path}:4:output"


def test_a_format_named_by_hand_is_not_guessed_again(write: Write) -> None:
    path = write(ROWS)
    assert read_file(path, FormatChoice("crime_kg_assitan")).format.name == "crime_kg_assitan"
    assert problem_of(path, "openai").where == f"{path}:1:messages"


@pytest.mark.parametrize("name", ["data.xlsx", "data.yaml", "data.csv.bz2", "data"])
def test_a_file_of_another_type_is_refused_for_its_type(write: Write, name: str) -> None:
    path = write(ROWS, name)
    problem = problem_of(path)
    assert problem.where == str(path)
    assert "this type" in problem.what
    assert problem.fix is not None and ".jsonl" in problem.fix and ".gz" in problem.fix


def test_bad_rows_are_gathered_for_who_asks_for_them(write: Write) -> None:
    bad: list[WorkbenchError] = []
    path = write([ROWS[0], 5, ROWS[1]])
    assert [number for number, _row in raw_rows(path, bad)] == [1, 3]
    assert [error.where for error in bad] == [f"{path}:2"]


def test_rows_are_converted_as_they_are_asked_for(write: Write) -> None:
    path = write(LINES + '{"input": "Q"}\n', "a.jsonl")
    opened = open_file(path)
    assert [next(opened.rows).number, next(opened.rows).number] == [1, 2]
    with pytest.raises(WorkbenchError, match="the field output is missing"):
        next(opened.rows)


def test_rows_that_are_not_of_the_format_are_gathered_with_those_that_are_no_rows(write: Write) -> None:
    bad: list[WorkbenchError] = []
    path = write([*ROWS, 5, {"input": "Q"}, ROWS[0]])
    data = read_file(path, bad=bad)
    assert [row.number for row in data.rows] == [1, 2, 5]
    assert [error.where for error in bad] == [f"{path}:3", f"{path}:4:output"]


def test_the_format_is_told_by_the_first_20_good_rows(write: Write) -> None:
    bad: list[WorkbenchError] = []
    path = write([*["no row"] * 30, *ROWS])
    assert read_file(path, bad=bad).format.name == "default"
    assert len(bad) == 30


def test_a_column_mapping_reads_columns_of_any_name(write: Write) -> None:
    choice = FormatChoice(columns={"user": "frage", "assistant": "antwort"})
    (row,) = read_file(write([{"frage": "Q", "antwort": "A"}]), choice).rows
    assert isinstance(row.sample, Conversation)
    assert [turn.content for turn in row.sample.turns] == ["Q", "A"]


def test_a_row_of_another_format_than_the_one_named_is_told_which(write: Write) -> None:
    path = write([{"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}])
    with pytest.raises(WorkbenchError) as raised:
        read_file(path, FormatChoice("openai"))
    assert raised.value.fix == "The row can be read as sharegpt. Name that format, dataset_format, or mend the row."


def test_a_column_of_ones_own_that_is_not_there_is_named_with_where_to_mend_it(write: Write) -> None:
    path = write([{"q": "Q", "a": "A"}])
    with pytest.raises(WorkbenchError) as raised:
        read_file(path, FormatChoice(columns={"user": "q", "assistant": "b"}))
    assert raised.value.where == f"{path}:1:b"
    assert raised.value.fix == "Mend the row, or name other columns: dataset_columns."
