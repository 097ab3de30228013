"""Formats by looking: which one rows are, and what the reason says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.data.formats import FORMAT_NAMES, FORMATS, DatasetFormat, FormatChoice, choose_format, recognise
from workbench.errors import WorkbenchError

Row = dict[str, Any]
HUMAN, GPT = {"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}
USER, ASSISTANT = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}


def found(*rows: Row) -> tuple[str, str]:
    known = recognise(rows)
    assert known is not None
    return known[0].name, known[1]


@pytest.mark.parametrize("known", FORMATS, ids=FORMAT_NAMES)
def test_a_format_is_recognised_by_its_example_or_named_in_the_reason(known: DatasetFormat) -> None:
    name, reason = found(known.example)
    assert name == known.name if known.recognised else known.name in reason


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"messages": [], "id": 1}, "openai"),
        ({"conversation": [{"input": "Q", "output": "A"}]}, "xtuner"),
        ({"conversation": [HUMAN]}, "sharegpt"),
        ({"conversation": [USER]}, "agent_flan"),
        ({"conversations": [USER, ASSISTANT]}, "sharegpt"),
        ({"image": "a.jpg", "conversations": [HUMAN, GPT]}, "llava"),
        ({"image": "a.jpg", "conversation": [HUMAN, GPT]}, "llava"),
        ({"image": None, "conversations": [HUMAN, GPT]}, "sharegpt"),
        ({"conversations": "[{'from': 'user', 'value': 'Q'}]"}, "msagent_react"),
        ({"instruction": "I", "input": "Q", "output": "A", "text": "all of it"}, "alpaca"),
        ({"question": "Q", "answer": "A", "context": "CREATE TABLE t (n INT)"}, "sql"),
        ({"question": "Q", "answer": "A", "context": "a page"}, "question_answer"),
        ({"prompt": [USER], "completion": [ASSISTANT]}, "prompt_completion"),
        ({"prompt": "Q", "chosen": [ASSISTANT], "rejected": [ASSISTANT]}, "preference"),
        ({"prompt": "Q", "chosen": [USER, ASSISTANT], "rejected": [USER, ASSISTANT]}, "orpo_dpo_mix_40k"),
        ({"conversations": [HUMAN], "chosen": GPT, "rejected": GPT}, "preference"),
        ({"text": "### Human: Q### Assistant: A"}, "oasst1"),
        ({"text": "a page about ### headings"}, "pretrain"),
        ({"tokens": [1, -2]}, "tokenized"),
        ({"tokens": ["a", "word"], "text": "a word"}, "pretrain"),
        ({"input_ids": [1, 2], "attention_mask": [1, 1], "text": "decoded"}, "tokenized"),
    ],
)
def test_a_format_is_recognised_by_looking(row: Row, name: str) -> None:
    assert found(row)[0] == name


@pytest.mark.parametrize("rows", [[], [{}], [{"question": "Q"}], [{"frage": "Q", "antwort": "A"}]])
def test_unknown_columns_are_no_format(rows: list[Row]) -> None:
    assert recognise(rows) is None
    with pytest.raises(WorkbenchError, match="cannot be recognised") as caught:
        choose_format(FormatChoice(), rows, Path("a.json"))
    assert caught.value.where == "a.json:1"


def test_the_format_that_most_rows_can_be_read_with_is_chosen_and_the_rest_said() -> None:
    name, reason = found({"input": "Q", "output": "A"}, *[{"messages": [USER, ASSISTANT]}] * 2)
    assert name == "openai"
    assert reason == "the rows have messages; 2 of 3 rows looked at can be read so"


def test_a_broken_first_row_does_not_hide_the_format() -> None:
    assert found({"conversation": 5}, {"conversation": [USER, ASSISTANT]})[0] == "agent_flan"


def test_rows_that_are_all_broken_still_have_the_format_of_their_columns() -> None:
    name, reason = found({"messages": [{"role": "robot", "content": "A"}]})
    assert name == "openai"
    assert "0 of 1 rows" in reason


def test_pictures_in_half_of_the_rows_are_enough_for_llava() -> None:
    with_image, without = {"image": "a.jpg", "conversations": [HUMAN, GPT]}, {"conversations": [HUMAN, GPT]}
    assert found(without, with_image)[0] == "llava"
    assert found(without, without, with_image)[0] == "sharegpt"


def test_only_twenty_rows_are_looked_at() -> None:
    assert found(*[{"text": "T"}] * 20, *[{"messages": []}] * 30)[0] == "pretrain"


def test_the_reason_names_formats_that_would_read_the_same_columns() -> None:
    assert found({"input": "Q", "output": "A"})[1] == (
        "the first row has input, output; crime_kg_assitan would read the same columns"
    )


def test_a_format_that_is_named_is_not_looked_for() -> None:
    known, reason = choose_format(FormatChoice("oasst1"), [{"messages": []}], Path("a.json"))
    assert (known.name, reason) == ("oasst1", "chosen by dataset_format")
