"""Where the answers stand in what a chat template made.

A template is a program, so its output alone does not say which characters an answer became. It is run a second time
with placeholders for the answers; putting the answers back must give the first text exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.data.templates.messages import Message

_PRIVATE_USE = range(0xE000, 0xF900)
_THOUGHT = re.compile(r"\A(\s*<think>|)(.*?)(</think>)(.*)\Z", re.DOTALL)
_THOUGHT_MARKUP = re.compile(r"<think>\s*(?:</think>\s*)?\Z")
Kind = Literal["text", "thought", "call", "context"]
"""What an assistant says, thinks or calls; what follows a call."""


class UnclearError(Exception):
    """The answers cannot be found for certain."""


@dataclass
class Placeholders:
    """Pieces of text and what stands for them: each a number between two marks, a character no text has.

    ``owners``: of each piece, the position of its message.
    """

    mark: str
    texts: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)

    def put(self, text: str, owner: int, kind: Kind) -> str:
        """What stands for a piece; nothing stands for nothing, so that templates see whether there is any."""
        if not text.strip():
            return text
        self.texts.append(text)
        self.owners.append(owner)
        self.kinds.append(kind)
        return f"{self.mark}{len(self.texts) - 1}{self.mark}"


@dataclass(frozen=True)
class Piece:
    """Where one piece stands in the true text: from ``begin`` up to ``end``. ``owner``: its message's position."""

    owner: int
    kind: Kind
    begin: int
    end: int


def free_character(text: str) -> str:
    """A character for private use that the text does not have."""
    return next(char for char in map(chr, _PRIVATE_USE) if char not in text)


def with_placeholders(
    messages: Sequence[Message], mark: str, *, everywhere: bool = False
) -> tuple[list[Message], Placeholders]:
    """The messages with placeholders for what the assistant says and calls, and for what follows a call.

    ``everywhere``: for what others say too, so that conversations of the same shape become the same.
    """
    places = Placeholders(mark)
    replaced: list[Message] = []
    for owner, message in enumerate(messages):
        follows_call = owner > 0 and "tool_calls" in messages[owner - 1]
        if message["role"] == "assistant":
            replaced.append(_answer_replaced(message, owner, places))
        elif follows_call or everywhere:
            replaced.append({**message, "content": places.put(message["content"], owner, "context")})
        else:
            replaced.append(message)
    return replaced, places


def pieces_in(true_text: str, replaced_text: str, places: Placeholders) -> list[Piece]:
    """The pieces in order. A template may strip white space around one, or leave out a thought.

    Raises:
        UnclearError: the template did more to the pieces than that.
    """
    first, *rest = re.split(f"{places.mark}([0-9]+){places.mark}", replaced_text)
    numbers = [int(number) for number in rest[::2]]
    if sorted(set(numbers)) != numbers:
        raise UnclearError
    pieces: list[Piece] = []
    position = _after(true_text, first, 0)
    for number, literal in zip(numbers, rest[1::2], strict=True):
        end = _end_of(true_text, position, places.texts[number], literal)
        pieces.append(Piece(places.owners[number], places.kinds[number], position, end))
        position = end + len(literal)
    left_out = set(range(len(places.texts))).difference(numbers)
    if position != len(true_text) or any(places.kinds[number] != "thought" for number in left_out):
        raise UnclearError
    return pieces


def pieces_by_search(true_text: str, replaced_text: str, messages: Sequence[Message]) -> list[Piece]:
    """Each answer where its text stands, for templates that write different text around different answers.

    Raises:
        UnclearError: an answer's text stands nowhere, more than once, or also where others speak, or it makes calls.
    """
    pieces: list[Piece] = []
    position = 0
    for owner, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        text = message["content"].strip()
        begin = true_text.find(text)
        is_alone = bool(text) and text not in replaced_text and true_text.find(text, begin + 1) == -1
        if begin < position or not is_alone or "tool_calls" in message:
            raise UnclearError
        position = begin + len(text)
        pieces.append(Piece(owner, "text", begin, position))
    return pieces


def thought_and_reply(content: str) -> tuple[str, ...]:
    """What an answer thinks and then says; one text if it does not think."""
    thought = _THOUGHT.match(content)
    return (thought[2], thought[4]) if thought else (content,)


def has_thought(content: str) -> bool:
    """Whether an answer's content holds markup for thinking."""
    return _THOUGHT.match(content) is not None


def begin_with_thought(text: str, first: Piece, content: str) -> int:
    """Where an answer begins: its own markup for thinking may stand before its first piece."""
    thought = _THOUGHT.match(content)
    if not thought:
        return first.begin
    opening, inside, closing, _reply = thought.groups()
    head = opening if first.kind == "thought" else opening + inside + closing
    if text.endswith(head, 0, first.begin):
        return first.begin - len(head)
    markup = _THOUGHT_MARKUP.search(text, 0, first.begin) if opening else None
    return markup.start() if markup else first.begin


def _answer_replaced(message: Message, owner: int, places: Placeholders) -> Message:
    replaced = {**message, "content": _content_replaced(message["content"], owner, places)}
    if "tool_calls" in message:
        replaced["tool_calls"] = [_call_replaced(call, owner, places) for call in message["tool_calls"]]
    return replaced


def _content_replaced(content: str, owner: int, places: Placeholders) -> str:
    """Templates look into thinking; its markup stays, so that they find it."""
    thought = _THOUGHT.match(content)
    opening, inside, closing, reply = thought.groups() if thought else ("", "", "", "")
    if not reply.strip():
        return places.put(content, owner, "text")
    return opening + places.put(inside, owner, "thought") + closing + places.put(reply, owner, "text")


def _call_replaced(call: dict[str, Any], owner: int, places: Placeholders) -> dict[str, Any]:
    function = call["function"]
    return {**call, "function": {**function, "name": places.put(function["name"], owner, "call")}}


def _after(text: str, literal: str, position: int) -> int:
    if not text.startswith(literal, position):
        raise UnclearError
    return position + len(literal)


def _end_of(text: str, position: int, piece: str, literal: str) -> int:
    """Where a piece ends that begins at ``position`` in any of its forms, with ``literal`` behind it."""
    for form in _forms(piece):
        if text.startswith(form + literal, position):
            return position + len(form)
    raise UnclearError


def _forms(piece: str) -> Iterator[str]:
    """A piece whole, or without the white space (the line breaks) at one or both of its ends."""
    yield piece
    for characters in (None, "\n"):
        yield piece.rstrip(characters)
        yield piece.lstrip(characters)
        yield piece.strip(characters)
