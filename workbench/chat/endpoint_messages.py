"""Turns of a conversation as messages of the OpenAI protocol (chat completions)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.chat.given_picture import require_picture
from workbench.chat.pictures import given_earlier, picture_files
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.data.conversation import IMAGE
from workbench.data.sheets.pictures import data_url

_LONGEST_SIDE = 2048
"""Pixels of a picture that is sent; services make larger ones smaller themselves."""
_THOUGHT = re.compile(r"^\s*<think>.*?</think>\s*", re.DOTALL)
Message = dict[str, Any]


def messages_of(turns: Sequence[ChatTurn]) -> list[Message]:
    """The messages; pictures go along as ``data:`` URLs, a model's thoughts do not.

    The result of a tool that no call before it asked for by an id is a message of the user: services refuse it else.

    Raises:
        WorkbenchError: a picture cannot be read or fetched.
    """
    pictures = iter(picture_files(turns))
    asked_for: set[str] = set()
    messages = []
    asked = next((turn for turn in reversed(turns) if turn.role == "user"), None)
    for turn in turns:
        with given_earlier(was=turn is not asked):
            messages.append(_message(turn, pictures, asked_for))
        asked_for.update(call.id for call in turn.calls)
    return messages


def _message(turn: ChatTurn, pictures: Iterator[Path], asked_for: set[str]) -> Message:
    if turn.role == "assistant":
        message: Message = {"role": "assistant", "content": _THOUGHT.sub("", turn.content)}
        return message | ({"tool_calls": [_call(call) for call in turn.calls]} if turn.calls else {})
    if turn.role == "tool" and turn.call_id in asked_for:
        return {"role": "tool", "tool_call_id": turn.call_id, "content": turn.content}
    role = "user" if turn.role == "tool" else turn.role
    if not turn.images:
        return {"role": role, "content": turn.content}
    return {"role": role, "content": list(_parts(turn, pictures))}


def _parts(turn: ChatTurn, pictures: Iterator[Path]) -> Iterator[Message]:
    """Text and pictures in order; without marks in the text, the pictures go first."""
    text = turn.content if IMAGE in turn.content else IMAGE * len(turn.images) + turn.content
    left = len(turn.images)
    for number, piece in enumerate(text.split(IMAGE)):
        if number and left:
            left -= 1
            yield {"type": "image_url", "image_url": {"url": _url(next(pictures))}}
        if piece.strip():
            yield {"type": "text", "text": piece}
    for picture in [next(pictures) for _mark in range(left)]:
        yield {"type": "image_url", "image_url": {"url": _url(picture)}}


def _url(picture: Path) -> str:
    require_picture(picture)
    return data_url(picture, _LONGEST_SIDE)


def _call(call: ChatCall) -> Message:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
