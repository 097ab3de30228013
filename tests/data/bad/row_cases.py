"""Rows that are not of their format: wrong types at every level of the main ones, and files of mixed rows."""

from __future__ import annotations

from typing import Any

from tests.data.bad.case import Case, lines

_Q, _A = {"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}
_HUMAN, _GPT = {"from": "human", "value": "1+1?"}, {"from": "gpt", "value": "2"}
_LIST = "must be a list of messages"
_OBJECT = "a message must be an object"
_MISSING = " is missing"
_NULL = "the field is null"


def _wrong(name: str, good: dict[str, Any], rows: list[tuple[Any, str, str]]) -> list[Case]:
    """Each row alone behind a good one of the same format: (row, field, what is said)."""
    return [
        Case(f"{name} {number}: {field}", "a.jsonl", lines(good, row), ((f":2:{field}", what),), good=1, format=name)
        for number, (row, field, what) in enumerate(rows, start=1)
    ]


def _messages(*second: Any) -> dict[str, Any]:
    return {"messages": [_Q, *second]}


def _talk(*second: Any) -> dict[str, Any]:
    return {"conversations": [_HUMAN, *second]}


_OPENAI = [
    ({}, "messages", _LIST),
    ({"messages": None}, "messages", _LIST),
    ({"messages": 5}, "messages", _LIST),
    ({"messages": "hello"}, "messages", _LIST),
    ({"messages": {"role": "user"}}, "messages", _LIST),
    (_messages(None), "messages[1]", _OBJECT),
    (_messages("hello"), "messages[1]", _OBJECT),
    (_messages([_A]), "messages[1]", _OBJECT),
    (_messages({"content": "2"}), "messages[1].role", ""),
    (_messages({"role": None, "content": "2"}), "messages[1].role", ""),
    (_messages({"role": 5, "content": "2"}), "messages[1].role", ""),
    (_messages({"role": ["user"], "content": "2"}), "messages[1].role", ""),
    (_messages({"role": "robot", "content": "2"}), "messages[1].role", "robot"),
    (_messages({"role": "assistant"}), "messages[1].content", _MISSING),
    (_messages({"role": "assistant", "content": {"a": 2}}), "messages[1].content", ""),
    (_messages({"role": "assistant", "content": {"text": "2"}}), "messages[1].content", ""),
    (_messages({"role": "assistant", "content": [5]}), "messages[1].content[0]", ""),
    (_messages({"role": "assistant", "content": [{"type": "sound"}]}), "messages[1].content[0]", ""),
    (_messages({**_A, "loss": "perhaps"}), "messages[1].loss", "loss is true or false"),
    (_messages({**_A, "loss": 2}), "messages[1].loss", "loss is true or false"),
    (_messages({**_A, "loss": [True]}), "messages[1].loss", "loss is true or false"),
]
_SHAREGPT = [
    ({}, "conversations", _LIST),
    ({"conversations": None}, "conversations", _LIST),
    ({"conversations": "hello"}, "conversations", _LIST),
    (_talk(None), "conversations[1]", _OBJECT),
    (_talk(5), "conversations[1]", _OBJECT),
    (_talk({"value": "2"}), "conversations[1].from", ""),
    (_talk({"from": None, "value": "2"}), "conversations[1].from", ""),
    (_talk({"from": "robot", "value": "2"}), "conversations[1].from", "robot"),
    (_talk({"from": "gpt"}), "conversations[1].value", _MISSING),
    (_talk({"from": "gpt", "value": {"a": 2}}), "conversations[1].value", ""),
    (_talk({"from": "gpt", "value": {}}), "conversations[1].value", ""),
]
_ALPACA_GOOD = {"instruction": "Add.", "input": "1+1", "output": "2"}
_ALPACA = [
    ({"output": "2"}, "instruction", _MISSING),
    ({**_ALPACA_GOOD, "instruction": None}, "instruction", _NULL),
    ({**_ALPACA_GOOD, "instruction": [5]}, "instruction", "must be text, not list"),
    ({**_ALPACA_GOOD, "input": ["1+1"]}, "input", "must be text, not list"),
    ({"instruction": "Add."}, "output", _MISSING),
    ({**_ALPACA_GOOD, "output": None}, "output", _NULL),
    ({**_ALPACA_GOOD, "output": {}}, "output", "must be text, not dict"),
    ({**_ALPACA_GOOD, "history": "before"}, "history", "list of question and answer pairs"),
    ({**_ALPACA_GOOD, "history": [5]}, "history[0]", "list of question and answer pairs"),
    ({**_ALPACA_GOOD, "history": [["Q"]]}, "history[0]", "list of question and answer pairs"),
    ({**_ALPACA_GOOD, "history": [["Q", "A"], ["Q", {}]]}, "history[1][1]", "must be text, not dict"),
    ({**_ALPACA_GOOD, "system": [5]}, "system", "must be text, not list"),
]
_XTUNER_GOOD = {"conversation": [{"system": "", "input": "1+1?", "output": "2"}]}
_XTUNER = [
    ({"conversation": None}, "conversation", _LIST),
    ({"conversation": {}}, "conversation", _LIST),
    ({"conversation": ["1+1?"]}, "conversation[0]", _OBJECT),
    ({"conversation": [{"input": "1+1?"}]}, "conversation[0].output", _MISSING),
    ({"conversation": [{"input": [5], "output": "2"}]}, "conversation[0].input", "must be text, not list"),
    ({"conversation": [{"input": "Q", "output": "A", "output_with_loss": 5}]}, "conversation[0].output_with_loss", ""),
]
_TEXT = [
    ({}, "text", _MISSING),
    ({"text": None}, "text", _NULL),
    ({"text": [5]}, "text", "must be text, not list"),
    ({"text": ["a", "b"]}, "text", "must be text, not list"),
]
_PAIR_GOOD = {"prompt": "1+1?", "chosen": "2", "rejected": "3"}
_PREFERENCE = [
    ({"prompt": "1+1?", "chosen": "2"}, "rejected", _MISSING),
    ({**_PAIR_GOOD, "chosen": None}, "chosen", _NULL),
    ({**_PAIR_GOOD, "prompt": None}, "prompt", _NULL),
    ({**_PAIR_GOOD, "chosen": {}}, "chosen[0].role", ""),
    ({**_PAIR_GOOD, "rejected": [{"role": "user", "content": "3"}]}, "rejected", "begin with an answer"),
]
_TOKENS_GOOD = {"input_ids": [1, 2], "labels": [-100, 2]}
_TOKENIZED = [
    ({"input_ids": None}, "input_ids", _NULL),
    ({"input_ids": "1 2"}, "input_ids", "must be a list"),
    ({"input_ids": [1, "2"]}, "input_ids[1]", "whole number"),
    ({"input_ids": [1, 2.5]}, "input_ids[1]", "whole number"),
    ({"input_ids": [1, True]}, "input_ids[1]", "whole number"),
    ({"input_ids": [-5]}, "input_ids", "not negative"),
    ({"input_ids": [1, 2], "labels": [1]}, "labels", "the number of values is 1, that of tokens 2"),
    ({"input_ids": [1, 2], "labels": [1, -7]}, "labels", "a token, or -100"),
]
_MIXED = [
    Case("three kinds of rows in one file", "a.jsonl", lines(
        {"messages": [_Q, _A]}, {"messages": [_Q, _A]}, _ALPACA_GOOD, {"text": "Once."}, {"messages": [_Q, _A]},
    ), ((":3:messages", _LIST), (":4:messages", _LIST)), good=3),
    Case("one bad first row", "a.jsonl", lines({"messages": 5}, {"messages": [_Q, _A]}), ((":1:messages", _LIST),), good=1),
    Case("rows without columns", "a.jsonl", lines({}, {}), fails=(":1", "cannot be recognised from these columns: none")),
    Case("another format than the one named", "a.jsonl", lines(_ALPACA_GOOD), ((":1:messages", _LIST),), format="openai"),
    Case("a format that does not exist", "a.jsonl", lines(_ALPACA_GOOD), format="alpacca", fails=("dataset_format", "no dataset format alpacca")),
    Case("a bad row far behind", "a.jsonl", lines(*[_ALPACA_GOOD] * 40, {"instruction": "?"}, _ALPACA_GOOD), (
        (":41:output", _MISSING),
    ), good=41),
    Case("bad rows around an empty line", "a.jsonl", lines(b"\n", {"text": [1]}, b"\n", {"text": "a"}, {"text": {}}), (
        (":2:text", "must be text"), (":5:text", "must be text"),
    ), good=1, format="pretrain"),
    Case("a bad row behind Windows line ends", "a.jsonl", lines(b'{"text": "a"}\r\n', b'{"text": [1]}\r\n'), (
        (":2:text", "must be text"),
    ), good=1),
]  # fmt: skip
CASES = [
    *_wrong("openai", _messages(_A), _OPENAI),
    *_wrong("sharegpt", _talk(_GPT), _SHAREGPT),
    *_wrong("alpaca", _ALPACA_GOOD, _ALPACA),
    *_wrong("xtuner", _XTUNER_GOOD, _XTUNER),
    *_wrong("pretrain", {"text": "Once."}, _TEXT),
    *_wrong("preference", _PAIR_GOOD, _PREFERENCE),
    *_wrong("tokenized", _TOKENS_GOOD, _TOKENIZED),
    *_MIXED,
]
