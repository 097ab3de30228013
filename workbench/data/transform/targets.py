"""Rows of the formats that can be written, each from a conversation. The readers of `workbench.data.formats` read
them back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.data.conversation import Conversation, ToolCall, Turn
from workbench.data.transform.columns import Row
from workbench.data.transform.features import answer_of_pair

_SHAREGPT_ROLES = {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation"}


@dataclass(frozen=True)
class Target:
    """A format that can be written.

    Args:
        row: makes a row of a conversation and its number; None if nothing of it can be written.
        holds: names of `workbench.data.transform.features.FEATURES` that it can express.
        useless_with: features of rows of which nothing sensible is left.
    """

    name: str
    row: Callable[[Conversation, int], Row | None]
    holds: frozenset[str]
    useless_with: frozenset[str] = frozenset({"tokens", "plain"})


def _openai(conversation: Conversation, _number: int) -> Row:
    return {
        "messages": [_message(turn) for turn in conversation.turns],
        **_tools(conversation),
        **_images(conversation),
    }


def _message(turn: Turn) -> Row:
    message: Row = {"role": turn.role, "content": turn.content}
    message |= {key: value for key, value in (("name", turn.name), ("tool_call_id", turn.call_id)) if value}
    if turn.tool_calls:
        message["tool_calls"] = [_numbered_call(call) for call in turn.tool_calls]
    return message if turn.loss is None else {**message, "loss": turn.loss}


def _numbered_call(call: ToolCall) -> Row:
    return {**({"id": call.id} if call.id else {}), "type": "function", "function": _call(call)}


def _call(call: ToolCall) -> Row:
    return {"name": call.name, "arguments": call.arguments}


def _tools(conversation: Conversation) -> Row:
    return {"tools": json.loads(conversation.tools)} if conversation.tools else {}


def _images(conversation: Conversation) -> Row:
    return {"images": list(conversation.images)} if conversation.images else {}


def _sharegpt(conversation: Conversation, _number: int) -> Row:
    system, turns = _lead(conversation)
    said = [message for turn in turns for message in _said(turn)]
    tools = {"tools": conversation.tools} if conversation.tools else {}
    return {"conversations": said, **({"system": system} if system else {}), **tools, **_images(conversation)}


def _said(turn: Turn) -> list[Row]:
    """The turn as messages: its text, and its calls as one of their own."""
    calls = [{"name": call.name, "arguments": json.loads(call.arguments)} for call in turn.tool_calls]
    text = [{"from": _SHAREGPT_ROLES[turn.role], "value": turn.content}] if turn.content or not calls else []
    if not calls:
        return text
    return [*text, {"from": "function_call", "value": _json(calls[0] if len(calls) == 1 else calls)}]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lead(conversation: Conversation) -> tuple[str, Sequence[Turn]]:
    """The system text at the start, and the turns after it."""
    turns = conversation.turns
    return (turns[0].content, turns[1:]) if turns and turns[0].role == "system" else ("", turns)


def _alpaca(conversation: Conversation, _number: int) -> Row | None:
    """The last exchange as ``instruction`` and ``output``, those before it as ``history``."""
    pairs = _pairs(conversation)
    if not pairs:
        return None
    *history, (question, answer) = pairs
    system, _turns = _lead(conversation)
    row: Row = {"instruction": question.removesuffix("\n"), "input": "", "output": answer}
    row |= {"system": system} if system else {}
    row |= {"history": [list(pair) for pair in history]} if history else {}
    return row | _images(conversation)


def _pairs(conversation: Conversation) -> list[tuple[str, str]]:
    """Questions and answers. Answers that follow each other, as with tools between them, become one."""
    pairs: list[tuple[str, str]] = []
    asked: list[str] = []
    for turn in _without_calls(conversation).turns:
        if turn.role == "user":
            asked.append(turn.content)
        elif turn.role == "assistant" and asked:
            pairs.append(("".join(asked), turn.content))
            asked = []
        elif turn.role == "assistant" and pairs:
            question, answer = pairs[-1]
            pairs[-1] = (question, f"{answer}\n{turn.content}")
    return pairs


def _without_calls(conversation: Conversation) -> Conversation:
    """The conversation without messages that are nothing but calls of tools."""
    kept = (turn for turn in conversation.turns if turn.content.strip() or not turn.tool_calls)
    return replace(conversation, turns=tuple(kept))


def _xtuner(conversation: Conversation, _number: int) -> Row | None:
    exchanges = [
        {
            **({"system": system} if system else {}),
            "input": question,
            "output": answer.content,
            **({} if answer.loss is None else {"output_with_loss": answer.loss}),
        }
        for system, question, answer in _without_calls(conversation).exchanges()
        if answer
    ]
    return {"conversation": exchanges, **_images(conversation)} if exchanges else None


def _llava(conversation: Conversation, number: int) -> Row | None:
    said = [
        {"from": _SHAREGPT_ROLES[turn.role], "value": turn.content}
        for turn in _without_calls(conversation).turns
        if turn.role in {"user", "assistant"}
    ]
    images = list(conversation.images)
    picture = {"image": images[0] if len(images) == 1 else images} if images else {}
    return {"id": str(number), **picture, "conversations": said} if said else None


def _text(conversation: Conversation, _number: int) -> Row | None:
    """The pieces of plain text as they follow each other; of a dialogue, its texts on lines of their own."""
    text = ("" if conversation.plain else "\n").join(turn.content for turn in conversation.turns)
    return {"text": text} if text else None


def _preference(conversation: Conversation, _number: int) -> Row | None:
    chosen = answer_of_pair(conversation)
    prompt = conversation.turns[: len(conversation.turns) - len(chosen)]
    if not (prompt and chosen):
        return None
    parts = {"prompt": prompt, "chosen": chosen, "rejected": conversation.rejected}
    row: Row = {name: [_unflagged(turn) for turn in turns] for name, turns in parts.items()}
    return {**row, **_tools(conversation), **_images(conversation)}


def _unflagged(turn: Turn) -> Row:
    return {name: value for name, value in _message(turn).items() if name != "loss"}


_DIALOGUE = frozenset({"roles", "system", "images", "no_rejected"})
_MESSAGES = _DIALOGUE | {"tools", "later_system", "unpaired"}
TARGETS: tuple[Target, ...] = (
    Target("openai", _openai, _MESSAGES | {"loss", "labels"}),
    Target("sharegpt", _sharegpt, _MESSAGES),
    Target("alpaca", _alpaca, _DIALOGUE),
    Target("xtuner", _xtuner, _DIALOGUE | {"loss", "later_system"}),
    Target("llava", _llava, (_DIALOGUE | {"unpaired"}) - {"system"}),
    Target("text", _text, frozenset({"plain", "no_rejected"}), frozenset({"tokens"})),
    Target(
        "preference",
        _preference,
        (_MESSAGES | {"rejected", "labels"}) - {"no_rejected"},
        frozenset({"tokens", "plain", "no_rejected"}),
    ),
)
BY_NAME = {target.name: target for target in TARGETS}
