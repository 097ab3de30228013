"""Columns as a file spells them: capitals count for nothing where nothing else fits, and errors name what is there."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from workbench.data.conversation import Conversation
from workbench.data.formats import FormatChoice, RowError, choose_format

Row = dict[str, Any]
PLACE = Path("a.csv")
CAPITALS = {"Instruction": "I", "Input": "Q", "Output": "A", "Id": "1"}
USER, ASSISTANT = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}


def answer(choice: FormatChoice, row: Row) -> tuple[str, str]:
    """The text of the row's answer, and the reason for its format."""
    known, reason = choose_format(choice, [row], PLACE)
    sample = pickle.loads(pickle.dumps(known)).convert(row)
    assert isinstance(sample, Conversation)
    return sample.turns[-1].content, reason


def test_capitals_count_for_nothing_when_no_columns_fit_exactly() -> None:
    said, reason = answer(FormatChoice(), CAPITALS)
    assert said == "A" and reason.endswith("in the file they are written Instruction, Input, Output")
    assert answer(FormatChoice("alpaca"), CAPITALS)[0] == "A"


def test_columns_in_other_capitals_count_as_read() -> None:
    known, _reason = choose_format(FormatChoice(), [CAPITALS], PLACE)
    assert known.name == "alpaca"
    assert CAPITALS.keys() - known.all_columns == {"Id"}


@pytest.mark.parametrize("question", ["question", "Question"])
def test_a_column_that_fits_exactly_goes_before_one_in_other_capitals(question: str) -> None:
    said, reason = answer(FormatChoice(), {question: "Q", "Answer": "B", "answer": "A"})
    assert said == "A" and ("written Question" in reason) == (question == "Question")
    assert not reason.endswith("Answer")


def test_an_error_names_the_column_as_the_file_has_it() -> None:
    rows: list[Row] = [{"Messages": [USER, ASSISTANT]}, {"Messages": [USER, {"role": "robot", "content": "A"}]}]
    known, _reason = choose_format(FormatChoice(), rows, PLACE)
    with pytest.raises(RowError) as caught:
        known.convert(rows[1])
    assert caught.value.field == "Messages[1].role"


@pytest.mark.parametrize("bad", [5, [{"role": "user"}], [{"content": "Q"}], [{"role": "robot", "content": "Q"}]])
@pytest.mark.parametrize("good", [0, 1, 30])
def test_agent_flan_with_a_bad_row_is_not_taken_for_another_format(bad: Any, good: int) -> None:
    rows: list[Row] = [{"conversation": bad}, *[{"conversation": [USER, ASSISTANT]}] * good]
    known, _reason = choose_format(FormatChoice(), rows, PLACE)
    assert known.name == "agent_flan" or (bad == 5 and not good)
    with pytest.raises(RowError) as caught:
        known.convert(rows[0])
    assert caught.value.field.startswith("conversation") and not caught.value.field.startswith("conversations")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"conversation": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, "conversation"),
        ({"prompt": "Q", "response": "A"}, "response"),
        ({"tokens": [1]}, "tokens"),
    ],
)
def test_a_row_without_a_column_lacks_the_one_that_the_other_rows_have(row: Row, field: str) -> None:
    known, _reason = choose_format(FormatChoice(), [row, row], PLACE)
    with pytest.raises(RowError) as caught:
        known.convert({name: value for name, value in row.items() if name != field})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("row", "name", "said"),
    [
        (
            {"messages": [{"Role": "user", "Content": "Q"}, {"Role": "assistant", "Content": "A"}]},
            "openai",
            "Role, Content",
        ),
        (
            {"conversations": [{"From": "human", "Value": "Q"}, {"From": "gpt", "Value": "A"}]},
            "sharegpt",
            "From, Value",
        ),
        ({"conversation": [{"Input": "Q", "Output": "A"}]}, "xtuner", "Input, Output"),
        ({"Conversation": [{"role": "user", "CONTENT": "Q"}, ASSISTANT]}, "agent_flan", "Conversation, CONTENT"),
    ],
)
def test_keys_of_messages_in_other_capitals_are_read_and_the_reason_says_so(row: Row, name: str, said: str) -> None:
    assert choose_format(FormatChoice(), [row], PLACE)[0].name == name
    for choice in (FormatChoice(), FormatChoice(name)):
        assert answer(choice, row) == ("A", choose_format(choice, [row], PLACE)[1])
        assert answer(choice, row)[1].endswith(f"in the file they are written {said}")


def test_a_key_in_two_spellings_is_not_chosen_between() -> None:
    row: Row = {"messages": [USER, {"ROLE": "user", "Role": "assistant", "content": "A"}]}
    with pytest.raises(RowError, match="ROLE, Role may be meant"):
        choose_format(FormatChoice(), [row], PLACE)[0].convert(row)
    both: Row = {"messages": [{**USER, "Role": "assistant"}, {**ASSISTANT, "Content": "B"}]}
    assert answer(FormatChoice(), both) == ("A", "the first row has messages")


def test_an_error_names_the_key_as_the_file_has_it() -> None:
    good = {"messages": [{"Role": "user", "Content": "Q"}, {"Role": "assistant", "Content": "A"}]}
    known, _reason = choose_format(FormatChoice(), [good], PLACE)
    with pytest.raises(RowError) as caught:
        known.convert({"messages": [{"Role": "robot", "Content": "Q"}]})
    assert caught.value.field == "messages[0].Role"
    assert known.convert({"messages": [USER, ASSISTANT]}) == known.convert(good)
