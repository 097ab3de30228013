"""Dataset formats: what each makes of its rows, how it is recognised, and which field a bad row is refused for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.characters import CharacterTokenizer, dialogue, marked
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import encode
from workbench.data.formats import FORMAT_NAMES, FORMATS, DatasetFormat, RowError, get_format, recognise
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError

Row = dict[str, Any]
SYSTEM, USER, ANSWER = Turn("system", "S"), Turn("user", "Q"), Turn("assistant", "A")
ONE = Conversation((USER, ANSWER))
WITH_SYSTEM = Conversation((SYSTEM, USER, ANSWER))


def said(row: Row, name: str) -> Conversation:
    return get_format(name).to_conversation(row)


def messages(*pairs: tuple[str, Any]) -> Row:
    return {"messages": [{"role": role, "content": content} for role, content in pairs]}


@pytest.mark.parametrize("known", FORMATS, ids=FORMAT_NAMES)
def test_the_example_of_every_format_can_be_trained(known: DatasetFormat) -> None:
    assert known.columns <= set(known.example)
    assert not known.to_conversation(known.example).is_empty


@pytest.mark.parametrize("known", FORMATS, ids=FORMAT_NAMES)
def test_a_format_is_recognised_by_its_example_unless_another_looks_the_same(known: DatasetFormat) -> None:
    found = recognise(known.example)
    assert found is not None
    if known.recognised or known.name == "oasst1":
        assert found[0] is known
    else:
        assert found[0].columns <= known.columns
    assert found[1]


@pytest.mark.parametrize(
    ("name", "row", "conversation"),
    [
        ("openai", messages(("system", "S"), ("user", "Q"), ("assistant", "A")), WITH_SYSTEM),
        ("xtuner", {"conversation": [{"system": "S", "input": "Q", "output": "A"}]}, WITH_SYSTEM),
        ("sharegpt", {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, ONE),
        (
            "sharegpt",
            {"system": "S", "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
            WITH_SYSTEM,
        ),
        ("wizardlm", {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, ONE),
        ("alpaca", {"instruction": "I", "input": "Q", "output": "A"}, dialogue("I\nQ", "A")),
        ("alpaca", {"instruction": "I", "input": "", "output": "A"}, dialogue("I\n", "A")),
        ("alpaca", {"instruction": "I", "output": "A"}, dialogue("I\n", "A")),
        ("alpaca", {"instruction": "I", "input": "Q", "output": "<nooutput>"}, Conversation()),
        ("alpaca_zh", {"instruction_zh": "I", "input_zh": "Q", "output_zh": "A"}, dialogue("I\nQ", "A")),
        (
            "alpaca",
            {"system": "S", "history": [["Q1", "A1"]], "instruction": "I", "input": "Q", "output": "A"},
            dialogue("Q1", "A1", "I\nQ", "A", system="S"),
        ),
        ("arxiv", {"abstract": "Q", "title": "A"}, ONE),
        ("code_alpaca", {"prompt": "Q", "completion": "A"}, ONE),
        ("tiny_codes", {"prompt": "Q", "response": "A"}, ONE),
        ("colors", {"description": "Royal: a blue: deep", "color": "A"}, dialogue("a blue: deep", "A")),
        ("openorca", {"system_prompt": "S", "question": "Q", "response": "A"}, WITH_SYSTEM),
        ("openorca", {"system_prompt": "", "question": "Q", "response": "A"}, ONE),
        ("stack_exchange", {"question": "Q", "response": "A"}, ONE),
        ("sql", {"context": "C", "question": "Q", "answer": "A"}, dialogue("C\nQ", "A")),
        ("law_reference", {"question": "Q", "answer": "A"}, ONE),
        ("default", {"input": "Q", "output": "A"}, ONE),
        ("crime_kg_assitant", {"input": "Q", "output": "A"}, ONE),
        ("medical", {"instruction": "I", "input": "Q", "output": "A"}, dialogue("I\nQ", "A")),
        ("oasst1", {"text": "### Human: Q1### Assistant: A1### Human: Q2"}, dialogue("Q1", "A1")),
        ("pretrain", {"text": " T\n"}, Conversation((Turn("assistant", "T"),), plain=True)),
    ],
)
def test_a_row_says_what_its_format_says(name: str, row: Row, conversation: Conversation) -> None:
    assert said(row, name) == conversation


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"messages": [], "id": 1}, "openai"),
        ({"conversation": [{"input": "Q", "output": "A"}]}, "xtuner"),
        ({"conversation": [{"from": "human", "value": "Q"}]}, "sharegpt"),
        ({"conversation": [{"role": "user", "content": "Q"}]}, "sharegpt"),
        ({"instruction": "I", "input": "Q", "output": "A", "text": "all of it"}, "alpaca"),
        ({"question": "Q", "answer": "A", "context": "C"}, "sql"),
        ({"text": "### Human: Q### Assistant: A"}, "oasst1"),
        ({"text": "a page about ### headings"}, "pretrain"),
    ],
)
def test_a_format_is_recognised_by_looking(row: Row, name: str) -> None:
    found = recognise(row)
    assert found is not None
    assert found[0].name == name


@pytest.mark.parametrize("row", [{}, {"question": "Q"}, {"frage": "Q", "antwort": "A"}])
def test_unknown_columns_are_no_format(row: Row) -> None:
    assert recognise(row) is None


@pytest.mark.parametrize(
    ("flag", "trained"),
    [(True, True), (False, False), ("True", True), ("False", False), ("false", False), (None, True)],
)
def test_the_loss_flag_may_be_a_truth_value_a_text_or_missing(flag: Any, trained: bool) -> None:
    row = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "loss": flag}]}
    assert said(row, "openai").turns[1].is_trained is trained
    kept = {"conversation": [{"input": "Q", "output": "A", "output_with_loss": flag}]}
    assert said(kept, "xtuner").turns[1].is_trained is trained


def test_answers_before_the_first_question_are_left_out() -> None:
    row = messages(("assistant", "welcome"), ("system", "S"), ("user", "Q"), ("assistant", "A"))
    assert said(row, "openai") == WITH_SYSTEM


@pytest.mark.parametrize("role", ["assistant", "gpt", "bot", "model"])
def test_the_assistant_has_many_names(role: str) -> None:
    row = {"conversations": [{"from": "human", "value": "Q"}, {"from": role, "value": "A"}]}
    assert said(row, "sharegpt") == ONE


def test_tool_calls_need_no_text() -> None:
    row = {
        "messages": [
            {"role": "user", "content": "Q"},
            {"role": "assistant", "tool_calls": [{"type": "function"}]},
            {"role": "tool", "content": "result"},
            {"role": "assistant", "content": "A"},
        ]
    }
    assert [turn.content for turn in said(row, "openai").turns] == ["Q", "", "result", "A"]


def test_the_parts_of_a_message_are_joined_and_its_images_kept() -> None:
    parts = [{"type": "image_url", "image_url": {"url": "cat.png"}}, {"type": "text", "text": "What is this?"}]
    asked = said(messages(("user", parts), ("assistant", "A")), "openai").turns[0]
    assert (asked.content, asked.images) == ("<image>\nWhat is this?", ("cat.png",))


def test_missing_system_and_input_are_empty() -> None:
    row = {"conversation": [{"system": None, "input": None, "output": "A1"}]}
    encoded = encode(said(row, "xtuner"), get_template("default"), CharacterTokenizer())
    assert marked(encoded) == "<s><|User|>:\n<|Bot|>:[[A1</s>]]\n"


Q = {"role": "user", "content": "Q"}


@pytest.mark.parametrize(
    ("name", "row", "field", "reason"),
    [
        ("openai", {"prompt": "Q"}, "messages", "list of messages"),
        ("openai", {"messages": "Q"}, "messages", "list of messages"),
        ("openai", {"messages": ["Q"]}, "messages[0]", "an object"),
        ("openai", {"messages": [Q, {"role": "robot", "content": "A"}]}, "messages[1].role", "unknown role robot"),
        ("openai", {"messages": [Q, {"role": None, "content": "A"}]}, "messages[1].role", "unknown role"),
        ("openai", {"messages": [Q, {"from": "gpt", "value": "A"}]}, "messages[1].role", "unknown role"),
        ("openai", {"messages": [Q, {"role": "assistant", "text": "A"}]}, "messages[1].content", "missing"),
        ("openai", {"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "list of parts"),
        ("openai", {"messages": [{"role": "user", "content": [{"type": "video"}]}]}, "messages[0].content[0]", "part"),
        ("openai", {"messages": [{**Q, "loss": "maybe"}]}, "messages[0].loss", "true or false"),
        ("sharegpt", {"messages": []}, "conversations", "list of messages"),
        ("sharegpt", {"conversation": 1}, "conversation", "list of messages"),
        ("sharegpt", {"conversations": [{"from": "it", "value": "Q"}]}, "conversations[0].from", "unknown role it"),
        ("sharegpt", {"conversations": [{"from": "gpt", "content": "Q"}]}, "conversations[0].value", "missing"),
        ("xtuner", {"conversation": {}}, "conversation", "list of messages"),
        ("xtuner", {"conversation": ["Q"]}, "conversation[0]", "an object"),
        ("xtuner", {"conversation": [{"input": "Q"}]}, "conversation[0].output", "missing"),
        ("xtuner", {"conversation": [{"input": 3, "output": "A"}]}, "conversation[0].input", "must be text, not int"),
        ("alpaca", {"instruction": "I"}, "output", "missing"),
        ("alpaca", {"instruction": ["I"], "output": "A"}, "instruction", "must be text, not list"),
        ("alpaca", {"instruction": "I", "output": "A", "history": ["Q"]}, "history[0]", "pairs"),
        ("alpaca", {"instruction": "I", "output": "A", "history": 5}, "history", "pairs"),
        ("oasst1", {"messages": []}, "text", "missing"),
        ("pretrain", {"text": None}, "text", "missing"),
        ("sql", {"question": "Q", "answer": "A"}, "context", "missing"),
    ],
)
def test_a_row_of_another_shape_is_refused_for_its_field(name: str, row: Row, field: str, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        said(row, name)
    assert caught.value.field == field
    assert reason in caught.value.what


def test_a_misspelt_format_is_answered_with_the_nearest() -> None:
    with pytest.raises(WorkbenchError, match="alpacca") as caught:
        get_format("alpacca")
    assert caught.value.where == "dataset_format"
    assert caught.value.fix is not None and "alpaca" in caught.value.fix
