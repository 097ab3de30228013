"""Columns under other names, and rows through a function of the user's own."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.data.characters import dialogue
from workbench.data.conversation import Conversation, TokenRow, Turn
from workbench.data.formats import FORMAT_NAMES, FormatChoice, RowError, choose_format
from workbench.errors import WorkbenchError

Row = dict[str, Any]
PLACE = Path("a.json")
USER, ASSISTANT = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}


def read(columns: dict[str, str], row: Row, name: str = "auto") -> Any:
    known, reason = choose_format(FormatChoice(name, columns), [row], PLACE)
    assert reason
    return known.convert(row)


@pytest.mark.parametrize(
    ("columns", "row", "sample"),
    [
        (
            {"user": "question", "assistant": "answer", "system": "ctx"},
            {"question": "Q", "answer": "A", "ctx": "S"},
            dialogue("Q", "A", system="S"),
        ),
        ({"user": "q.text", "assistant": "answers.1"}, {"q": {"text": "Q"}, "answers": ["B", "A"]}, dialogue("Q", "A")),
        ({"user": "q.text", "assistant": "a"}, {"q.text": "Q", "a": "A"}, dialogue("Q", "A")),
        (
            {"user": "q", "assistant": "a", "image": "img"},
            {"q": "<image>?", "a": "A", "img": "1.png"},
            Conversation((Turn("user", "<image>?", images=("1.png",)), Turn("assistant", "A"))),
        ),
        ({"messages": "dialog"}, {"dialog": [USER, ASSISTANT], "text": "all of it"}, dialogue("Q", "A")),
        (
            {"messages": "dialog"},
            {"dialog": [USER, ASSISTANT], "tools": [{"name": "f"}]},
            Conversation(dialogue("Q", "A").turns, tools='[{"name": "f"}]'),
        ),
        ({"conversations": "turns"}, {"turns": [USER, ASSISTANT]}, dialogue("Q", "A")),
        ({"text": "body"}, {"body": "T", "messages": []}, Conversation((Turn("assistant", "T"),), plain=True)),
        (
            {"prompt": "q", "chosen": "good", "rejected": "bad"},
            {"q": "Q", "good": "A", "bad": "B"},
            Conversation(dialogue("Q", "A").turns, rejected=(Turn("assistant", "B"),)),
        ),
        ({"input_ids": "ids"}, {"ids": [1, 2]}, TokenRow((1, 2), (1, 2))),
    ],
)
def test_columns_are_found_under_other_names(columns: dict[str, str], row: Row, sample: Any) -> None:
    assert read(columns, row) == sample


def test_a_named_format_keeps_its_other_columns() -> None:
    row = {"task": "I", "input": "Q", "output": "A"}
    assert read({"instruction": "task"}, row, "alpaca") == dialogue("I\nQ", "A")


@pytest.mark.parametrize(
    ("columns", "row", "field"),
    [
        ({"user": "q", "assistant": "a"}, {"q": "Q"}, "a"),
        ({"user": "q.text", "assistant": "a"}, {"q": ["Q"], "a": "A"}, "q.text"),
        ({"user": "q", "assistant": "a"}, {"q": float("nan"), "a": "A"}, "q"),
        ({"user": "q", "assistant": "a.b"}, {"q": "Q", "a": {"b": None}}, "a.b"),
    ],
)
def test_a_column_that_is_missing_or_wrong_is_named_as_the_data_names_it(
    columns: dict[str, str], row: Row, field: str
) -> None:
    with pytest.raises(RowError) as caught:
        read(columns, row)
    assert caught.value.field == field


def test_a_place_inside_a_column_is_named_as_the_data_names_it() -> None:
    good = {"dialog": [USER, ASSISTANT]}
    known, _reason = choose_format(FormatChoice(columns={"messages": "dialog"}), [good], PLACE)
    with pytest.raises(RowError) as caught:
        known.convert({"dialog": [{"role": "robot", "content": "A"}]})
    assert caught.value.field == "dialog[0].role"


@pytest.mark.parametrize(
    ("columns", "name", "where", "said"),
    [
        ({"mesages": "dialog"}, "auto", "dataset_columns.mesages", "messages"),
        ({"user": "q", "assistent": "a"}, "auto", "dataset_columns.assistent", "assistant"),
        ({"user": "q"}, "auto", "dataset_columns", "assistant"),
        ({"instructions": "q"}, "alpaca", "dataset_columns.instructions", "instruction?"),
        ({"instruction": "q"}, "auto", "dataset_columns", "list-formats"),
        ({"user": "q", "assistant": "a"}, "map.py:f", "dataset_columns", "dataset_format"),
    ],
)
def test_columns_that_go_with_nothing_are_refused(columns: dict[str, str], name: str, where: str, said: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        choose_format(FormatChoice(name, columns), [{"q": "Q", "a": "A", "dialog": []}], PLACE)
    assert caught.value.where == where
    assert said in str(caught.value)


FUNCTIONS = """
from __future__ import annotations
from dataclasses import dataclass

@dataclass
class Side:
    about: str

def messages(row):
    row["about"]["seen"] = True
    return {"messages": [{"role": "user", "content": row["about"]["q"]}, {"role": "assistant", "content": row["a"]}]}

def standard(row):
    return {"conversation": [{"input": row["about"]["q"], "output": row["a"]}]}

def wrong(row):
    return [row]

def half(row):
    if row["a"] == "B":
        return {"messages": [{"role": "robot"}]}
    return messages(row)

def unknown(row):
    return {"frage": "Q"}
"""
ROW = {"about": {"q": "Q"}, "a": "A"}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "map.py"
    file.write_text(FUNCTIONS)
    return file


@pytest.mark.parametrize(("function", "inner"), [("messages", "openai"), ("standard", "xtuner"), ("half", "openai")])
def test_a_function_returns_rows_of_a_known_format(own: Path, function: str, inner: str) -> None:
    row = {"about": {"q": "Q"}, "a": "A"}
    known, reason = choose_format(FormatChoice(f"{own}:{function}"), [row], PLACE)
    assert known.convert(row) == dialogue("Q", "A")
    assert row == ROW
    assert reason == f"map.py:{function} returns rows of the format {inner}"


def test_formats_can_be_sent_to_other_processes(own: Path) -> None:
    mapped = FormatChoice(columns={"user": "about.q", "assistant": "a"})
    for choice in (mapped, FormatChoice(f"{own}:messages"), *map(FormatChoice, FORMAT_NAMES)):
        known, _reason = choose_format(choice, [ROW], PLACE)
        sys.modules.pop("workbench_own_map", None)
        row = known.example if choice.name in FORMAT_NAMES else ROW
        assert pickle.loads(pickle.dumps(known)).convert(row) == known.convert(row)


def test_a_row_that_the_function_fails_for_is_refused_for_the_line_of_the_function(own: Path) -> None:
    known, _reason = choose_format(FormatChoice(f"{own}:messages"), [ROW, {"about": {}}], PLACE)
    with pytest.raises(RowError) as caught:
        known.convert({"about": {}})
    line = (
        FUNCTIONS.splitlines().index(
            '    return {"messages": [{"role": "user", "content": row["about"]["q"]}, {"role": "assistant", "content": row["a"]}]}'
        )
        + 1
    )
    assert (caught.value.field, caught.value.what) == (
        "map.py:messages",
        f"line {line} of map.py failed: KeyError: 'q'",
    )


def test_a_row_that_the_function_returns_wrong_is_refused_for_its_field(own: Path) -> None:
    known, _reason = choose_format(FormatChoice(f"{own}:half"), [ROW], PLACE)
    with pytest.raises(RowError) as caught:
        known.convert({**ROW, "a": "B"})
    assert caught.value.field == "map.py:half:messages[0].role"


@pytest.mark.parametrize(
    ("code", "function", "said"),
    [
        (FUNCTIONS, "mesages", "It has messages, standard, wrong, half, unknown."),
        (FUNCTIONS, "wrong", "must return a row, not list"),
        (FUNCTIONS, "unknown", "no known format; their columns: frage"),
        ("def f(row:\n", "f", "map.py:1"),
        (
            "x = 1\nraise ValueError('no data here')\n",
            "f",
            "map.py:2: The Python file cannot be loaded: ValueError: no",
        ),
        ("f = 5\n", "f", "no function f"),
        ("import sys\nsys.exit(3)\n", "f", "map.py:2: The Python file cannot be loaded: SystemExit: 3"),
        ("def f(row):\n    raise SystemExit(3)\n", "f", "line 2 of map.py failed: SystemExit: 3"),
        (None, "f", "does not exist"),
    ],
)
def test_a_function_that_cannot_be_used_is_refused(tmp_path: Path, code: str | None, function: str, said: str) -> None:
    file = tmp_path / "map.py"
    if code is not None:
        file.write_text(code)
    with pytest.raises(WorkbenchError) as caught:
        choose_format(FormatChoice(f"{file}:{function}"), [ROW], PLACE)
    assert said in str(caught.value)


def test_turns_tell_where_they_stand_in_the_columns_of_the_data() -> None:
    one = read({"user": "q.text", "assistant": "a", "system": "ctx"}, {"q": {"text": "Q"}, "a": "A", "ctx": "S"})
    assert [turn.place for turn in one.turns] == ["ctx", "q.text", "a"]
    several = read({"messages": "dialog"}, {"dialog": [USER, ASSISTANT]})
    assert [turn.place for turn in several.turns] == ["dialog[0]", "dialog[1]"]
    joined = read({"instruction": "ask", "output": "say"}, {"ask": "Q", "input": "I", "say": "A"}, "alpaca")
    assert [turn.place for turn in joined.turns] == ["ask+input", "say"]
