"""A conversation as chat templates expect it: messages and tools in OpenAI's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.data.conversation import ToolCall, Turn

Message = dict[str, Any]
PICTURES = "pictures"
"""Key of how many pictures a message has; templates do not know it."""


def messages_of(turns: Sequence[Turn]) -> list[Message]:
    """The messages, with calls and their results tied by ids of nine letters, which some templates insist on."""
    messages: list[Message] = []
    waiting: list[Message] = []
    number = 0
    for turn in turns:
        message: Message = {"role": turn.role, "content": turn.content}
        if turn.images:
            message[PICTURES] = len(turn.images)
        if turn.tool_calls:
            waiting = [_call(call, number + position) for position, call in enumerate(turn.tool_calls)]
            number += len(waiting)
            message["tool_calls"] = list(waiting)
        if turn.role == "tool" and waiting:
            answered = waiting.pop(0)
            message |= {"name": answered["function"]["name"], "tool_call_id": answered["id"]}
        messages.append(message)
    return messages


def tools_of(text: str) -> list[Any] | None:
    """The functions that may be called, each as ``{"type": "function", "function": {…}}``; None if there are none."""
    if not text:
        return None
    try:
        tools = json.loads(text)
    except ValueError:
        return [{"type": "function", "function": {"name": "", "description": text}}]
    return list(_wrapped(tools if isinstance(tools, list) else [tools])) or None


def _wrapped(tools: list[Any]) -> Iterator[Any]:
    for tool in tools:
        is_bare = isinstance(tool, dict) and "function" not in tool and "name" in tool
        yield {"type": "function", "function": tool} if is_bare else tool


def _call(call: ToolCall, number: int) -> Message:
    return {
        "id": f"call{number:05d}",
        "type": "function",
        "function": {"name": call.name, "arguments": _arguments(call.arguments)},
    }


def _arguments(text: str) -> Any:
    """The object itself, as templates write it out by ``tojson``; text that is no JSON stays text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
