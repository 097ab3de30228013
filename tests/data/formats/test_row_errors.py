"""Rows of another shape: the field they are refused for, and that nothing but a `RowError` ever comes out."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.conversation import Conversation, TokenRow
from workbench.data.formats import FORMATS, DatasetFormat, RowError, get_format, recognise

Row = dict[str, Any]
Q = {"role": "user", "content": "Q"}
A = {"role": "assistant", "content": "A"}
BOX = {"image": "a.jpg", "sents": ["S"], "bbox": [0, 0, 5, 5], "height": 10, "width": 10}


def called(**call: Any) -> Row:
    return {"messages": [Q, {"role": "assistant", "tool_calls": [call]}]}


def moss(**turn: Any) -> Row:
    return {"meta_instruction": "M", "chat": {"turn_1": turn}}


def agent(value: Any) -> Row:
    return {"conversations": [{"from": "user", "value": "Q"}, {"from": "assistant", "value": value}]}


@pytest.mark.parametrize(
    ("name", "row", "field", "reason"),
    [
        ("openai", {"messages": [Q, A | {"reasoning": ["T"]}]}, "messages[1].reasoning", "must be text"),
        ("openai", {"prompt": "Q"}, "messages", "list of messages"),
        ("openai", {"messages": "Q"}, "messages", "list of messages"),
        ("openai", {"messages": ["Q"]}, "messages[0]", "an object"),
        ("openai", {"messages": [Q, {"role": "robot", "content": "A"}]}, "messages[1].role", "unknown role robot"),
        ("openai", {"messages": [Q, {"role": None, "content": "A"}]}, "messages[1].role", "unknown role"),
        ("openai", {"messages": [Q, {"from": "gpt", "value": "A"}]}, "messages[1].role", "from may be meant"),
        ("openai", {"messages": [Q, {"Role": "x", "content": "A"}]}, "messages[1].role", "missing; Role may be meant"),
        ("openai", {"messages": [Q, {"role": "user", "text": "A"}]}, "messages[1].content", "text may be meant"),
        ("openai", {"messages": [Q, {"role": "user", "x": "A"}]}, "messages[1].content", "field content is missing"),
        ("openai", {"messages": [Q, {"role": "assistant", "text": "A"}]}, "messages[1].content", "missing"),
        ("openai", {"messages": [{"role": "user", "content": {"a": 7}}]}, "messages[0].content", "list of parts"),
        ("openai", {"messages": [{"role": "user", "content": [{"type": "video"}]}]}, "messages[0].content[0]", "part"),
        ("openai", {"messages": [{**Q, "loss": "maybe"}]}, "messages[0].loss", "true or false"),
        ("sharegpt", {"messages": []}, "conversations", "list of messages"),
        ("sharegpt", {"conversation": 1}, "conversation", "list of messages"),
        ("sharegpt", {"conversations": [{"from": "it", "value": "Q"}]}, "conversations[0].from", "unknown role it"),
        (
            "sharegpt",
            {"conversations": [{"from": "gpt", "content": "Q"}]},
            "conversations[0].value",
            "content may be meant",
        ),
        ("xtuner", {"conversation": {}}, "conversation", "list of messages"),
        ("xtuner", {"conversation": ["Q"]}, "conversation[0]", "an object"),
        ("xtuner", {"conversation": [{"input": "Q"}]}, "conversation[0].output", "missing"),
        (
            "xtuner",
            {"conversation": [{"input": [3], "output": "A"}]},
            "conversation[0].input",
            "must be text, not list",
        ),
        ("alpaca", {"instruction": "I"}, "output", "missing"),
        ("alpaca", {"instruction": ["I"], "output": "A"}, "instruction", "must be text, not list"),
        ("alpaca", {"instruction": "I", "output": "A", "history": ["Q"]}, "history[0]", "pairs"),
        ("alpaca", {"instruction": "I", "output": "A", "history": 5}, "history", "pairs"),
        ("oasst1", {"messages": []}, "text", "missing"),
        ("pretrain", {"text": None}, "text", "null"),
        ("sql", {"question": "Q", "answer": "A"}, "context", "missing"),
        ("alpaca", {"instruction": "I", "output": "A", "history": [["Q", [1]]]}, "history[0][1]", "text, not list"),
        ("alpaca", {"instruction": "I", "output": "A", "images": [1]}, "images[0]", "path of its file"),
        ("agent_flan", {"conversation": [{"role": 1}]}, "conversation[0].role", "unknown role int"),
        ("openai", {"messages": [{"role": "a\x1b" * 90}]}, "messages[0].role", "…"),
        ("openai", {"messages": [{**Q, "content": [{"type": "text"}]}]}, "messages[0].content[0].text", "missing"),
        (
            "openai",
            {"messages": [{**Q, "content": [{"type": "image", "image": {"bytes": "x"}}]}]},
            "messages[0].content[0].image",
            "path of its file",
        ),
        ("openai", {"messages": [{**A, "weight": 2}]}, "messages[0].weight", "0 or 1"),
        ("openai", {"messages": [Q, A], "tools": {}}, "tools", "a list"),
        ("openai", {"messages": [Q, A], "tools": "[{"}, "tools", "not JSON"),
        ("openai", {"messages": [Q, A], "tools": "[NaN]"}, "tools", "not JSON"),
        ("openai", {"messages": [Q, A], "tools": ["f"]}, "tools[0]", "an object"),
        ("openai", {"messages": [Q, A], "tools": [{"f": b"x"}]}, "tools", "as JSON"),
        ("openai", called(), "messages[1].tool_calls[0].name", "missing"),
        ("openai", called(function=7), "messages[1].tool_calls[0].function", "an object"),
        ("openai", called(function={"name": 7}), "messages[1].tool_calls[0].function.name", "text"),
        ("openai", called(name="f", arguments="{"), "messages[1].tool_calls[0].arguments", "not JSON"),
        ("openai", called(name="f", arguments="[]"), "messages[1].tool_calls[0].arguments", "an object"),
        ("openai", {"messages": [{**A, "tool_calls": {}}]}, "messages[0].tool_calls", "a list"),
        ("sharegpt", {"conversations": [{"from": "function_call"}]}, "conversations[0].value", "missing"),
        (
            "sharegpt",
            {"conversations": [{"from": "function_call", "value": "f()"}]},
            "conversations[0].value",
            "not JSON",
        ),
        (
            "sharegpt",
            {"conversations": [{"from": "function_call", "value": '[{"name": "f"}, {}]'}]},
            "conversations[0].value[1].name",
            "missing",
        ),
        ("sharegpt", {"conversations": [], "system": ["S"]}, "system", "text, not list"),
        ("oasst1", {"text": "no one speaks"}, "text", "### Human:"),
        ("oasst1", {"text": "Note. ### Human: Q### Assistant: A"}, "text", "does not begin"),
        ("preference", {"prompt": "Q", "chosen": "A"}, "rejected", "missing"),
        ("preference", {"chosen": "A", "rejected": "B"}, "prompt", "missing"),
        ("preference", {"prompt": [A], "chosen": "A", "rejected": "B"}, "prompt", "no question"),
        ("preference", {"prompt": "Q", "chosen": [Q], "rejected": "B"}, "chosen", "must begin with an answer"),
        ("preference", {"prompt": "Q", "chosen": [], "rejected": "B"}, "chosen", "must begin with an answer"),
        ("preference", {"prompt": "Q", "chosen": {}, "rejected": "B"}, "chosen[0].role", "missing"),
        ("orpo_dpo_mix_40k", {"chosen": [A], "rejected": [A]}, "chosen", "end with an answer"),
        ("orpo_dpo_mix_40k", {"chosen": [Q, A], "rejected": [Q]}, "rejected", "end with an answer"),
        ("intel_orca_dpo", {"question": "Q", "chosen": ["A"], "rejected": "B"}, "chosen", "text, not list"),
        ("moss_sft", {"meta_instruction": "M"}, "chat", "an object"),
        ("moss_sft", moss(Human=1), "chat.turn_1.Human", "text"),
        ("moss_sft", moss(Thoughts="T"), "chat.turn_1.Thoughts", "no part"),
        ("moss_sft", {"meta_instruction": "M", "chat": {"turn_2": {}}}, "chat.turn_1", "missing"),
        ("moss_sft", {**moss(), "num_turns": 2}, "num_turns", "turns in chat is 1"),
        ("msagent_react", {"conversations": "__import__('os')"}, "conversations", "not a list of messages"),
        ("msagent_react", {"conversations": "[" * 9999}, "conversations", "not a list of messages"),
        ("msagent_react", {"conversations": "7"}, "conversations", "list of messages"),
        ("msagent_react", agent("<|startofthink|>{}"), "conversations[1].value", "no other end"),
        ("msagent_react", agent("<|startofthink|>{<|endofthink|>"), "conversations[1].value", "not JSON"),
        ("msagent_react", agent("<|startofthink|>[]<|endofthink|>"), "conversations[1].value", "an object"),
        ("msagent_react", agent("<|startofthink|>{}<|endofthink|>"), "conversations[1].value.api_name", "missing"),
        ("llava", {"conversations": [], "image": 5}, "image", "path of its file"),
        (
            "llava_image_only",
            {"conversation": [{"from": "human", "value": "Q"}]},
            "conversation[0].value",
            "has no <image>",
        ),
        ("refcoco", {**BOX, "image": None}, "image", "null"),
        ("refcoco", {**BOX, "sents": "S"}, "sents", "a list"),
        ("refcoco", {**BOX, "sents": [1]}, "sents[0]", "text"),
        ("refcoco", {**BOX, "bbox": [0, 0, 5]}, "bbox", "four numbers"),
        ("refcoco", {**BOX, "bbox": [0, 0, 5, "5"]}, "bbox[3]", "a number"),
        ("refcoco", {**BOX, "bbox": [0, 0, float("nan"), 5]}, "bbox[2]", "a number"),
        ("refcoco", {**BOX, "bbox": [0, 0, 10**400, 5]}, "bbox[2]", "a number"),
        ("refcoco", {**BOX, "bbox": [0, 0, 50, 5]}, "bbox", "leaves the picture"),
        ("inv_refcoco", {**BOX, "width": 0}, "width", "at least 1"),
        ("tokenized", {"input_ids": None}, "input_ids", "null"),
        ("tokenized", {"input_ids": "1 2"}, "input_ids", "a list"),
        ("tokenized", {"input_ids": [1, 2.0]}, "input_ids[1]", "whole number"),
        ("tokenized", {"input_ids": [1, True]}, "input_ids[1]", "whole number"),
        ("tokenized", {"input_ids": [1, -1]}, "input_ids", "not negative"),
        ("tokenized", {"input_ids": [1], "labels": [1, 2]}, "labels", "values is 2, that of tokens 1"),
        ("tokenized", {"input_ids": [1], "labels": [-1]}, "labels", "-100"),
        ("tokenized", {"input_ids": [1], "attention_mask": []}, "attention_mask", "values is 0"),
        ("tokenized", {"input_ids": [1, 2], "cumulative_len": [0, 1]}, "cumulative_len", "number of tokens"),
        ("tokenized", {"input_ids": [1, 2], "cumulative_len": [[0, 2, 1, 2]]}, "cumulative_len", "number of tokens"),
        ("tokenized", {"tokens": [1, None]}, "tokens[1]", "whole number"),
    ],
)
def test_a_row_of_another_shape_is_refused_for_its_field(name: str, row: Row, field: str, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        get_format(name).convert(row)
    assert caught.value.field == field
    assert reason in caught.value.what


TEXTS = st.sampled_from(["", "system", "user", "human", "gpt", "tool", "function_call", "text", "image", "<image>"]) | (
    st.text(max_size=8)
)
WORDS = st.sampled_from(
    sorted({column for known in FORMATS for column in known.all_columns} | {"role", "from", "value"})
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.binary(max_size=2)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | WORDS, inner, max_size=4),
    max_leaves=8,
)
QUICKLY = settings(max_examples=60, database=None)


def read_or_refused(row: Row, known: DatasetFormat) -> None:
    try:
        sample = known.convert(row)
    except RowError as error:
        assert error.field
        assert error.what
    else:
        assert isinstance(sample, Conversation | TokenRow)
        assert sample.is_empty in {True, False}


@QUICKLY
@given(st.dictionaries(WORDS, ANYTHING, max_size=4))
def test_anything_is_read_or_refused_for_a_field(row: Row) -> None:
    for known in FORMATS:
        read_or_refused(row, known)
    recognise([row])


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a value, as what holds it and under which key."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


@QUICKLY
@given(st.data(), ANYTHING)
def test_an_example_changed_anywhere_is_read_or_refused_for_a_field(data: st.DataObject, instead: Any) -> None:
    for known in FORMATS:
        row = copy.deepcopy(known.example)
        everywhere = list(places(row))
        holder, key = everywhere[data.draw(st.integers(0, len(everywhere) - 1))]
        if data.draw(st.booleans()):
            holder[key] = copy.deepcopy(instead)
        else:
            del holder[key]
        read_or_refused(row, known)
        recognise([known.example, row])


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_every_column_that_is_required_may_hold_anything(known: DatasetFormat) -> None:
    for column in known.all_columns:
        for value in (None, True, 1, 1.5, "x", [], ["x"], {}, {"x": 1}, [[]], [{}], [None], b"x"):
            read_or_refused({**known.example, column: value}, known)
