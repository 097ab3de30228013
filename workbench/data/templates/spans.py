"""From where to where each answer is trained: its text, and the special token that ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from workbench.data.templates.answers import (
    Piece,
    UnclearError,
    begin_with_thought,
    free_character,
    pieces_by_search,
    pieces_in,
    with_placeholders,
)
from workbench.data.templates.messages import Message
from workbench.data.templates.special_tokens import SpecialTokens
from workbench.errors import WorkbenchError

Span = tuple[int, int]
Write = Callable[[Sequence[Message]], str]
"""Makes the text of messages."""


@dataclass(frozen=True)
class Writers:
    """What a chat template makes of messages: ``text``; ``asking``, with the beginning of another answer.

    ``shape`` is ``text`` for placeholders, which may be kept: other conversations of the same shape have the same.
    """

    text: Write
    asking: Write
    shape: Write


def marked_spans(marked: str, mark: str, tokens: SpecialTokens) -> tuple[str, list[Span]]:
    """The text without marks, and the answers that a template marked itself.

    Raises:
        UnclearError: it marked none.
    """
    parts = marked.split(mark)
    text = "".join(parts)
    places = [0]
    for part in parts:
        places.append(places[-1] + len(part))
    spans = [(begin, _with_end(text, begin, end, tokens)) for begin, end in list(pairwise(places))[1::2] if begin < end]
    if not spans or len(parts) % 2 == 0:
        raise UnclearError
    return text, spans


class AnswerFinder:
    """Finds the answers of one conversation in the text that a template makes of it."""

    def __init__(self, messages: list[Message], write: Writers, tokens: SpecialTokens) -> None:
        self._messages = messages
        self._write = write
        self._tokens = tokens
        self.text = write.text(messages)

    def spans(self) -> list[Span]:
        """One for each message of the assistant, in order.

        Raises:
            UnclearError: it is not certain where they are, or the template leaves something out.
        """
        spans = [self._span(number) for number, message in enumerate(self._messages) if message["role"] == "assistant"]
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise UnclearError
        return spans

    def _span(self, number: int) -> Span:
        message = self._messages[number]
        own = [piece for piece in self._pieces if piece.owner == number]
        texts = [piece for piece in own if piece.kind != "call"]
        if texts:
            begin = begin_with_thought(self.text, texts[0], message["content"])
        else:
            begin = self._begin_without_text(number)
        if "tool_calls" in message:
            return begin, self._end_of_calls(number, own[-1].end)
        return begin, self._tokens.end_of_answer(self.text, own[-1].end if own else begin)

    @cached_property
    def _pieces(self) -> list[Piece]:
        """By the shape alone if that suffices; else with what others say as it is, which a template may look into."""
        mark = free_character(self.text)
        try:
            replaced, places = with_placeholders(self._messages, mark, everywhere=True)
            return pieces_in(self.text, self._write.shape(replaced), places)
        except (UnclearError, WorkbenchError):
            replaced, places = with_placeholders(self._messages, mark)
        try:
            replaced_text = self._write.text(replaced)
        except WorkbenchError as error:
            raise UnclearError from error
        try:
            return pieces_in(self.text, replaced_text, places)
        except UnclearError:
            return pieces_by_search(self.text, replaced_text, self._messages)

    def _begin_without_text(self, number: int) -> int:
        """Where an answer begins that says nothing, or only calls: where one that says something would."""
        before = self._messages[:number]
        probe, position = self._with_probe(number)
        if self.text.startswith(probe[:position]):
            return position
        asked = self._write.asking(before)
        header = probe[len(asked) : position]
        if (
            not self.text.startswith(asked)
            or not probe.startswith(asked)
            or self._tokens.first_in(header, 0, len(header))
        ):
            raise UnclearError
        return len(asked)

    def _with_probe(self, number: int) -> tuple[str, int]:
        """The text up to a plain answer in the place of a message, and where that answer stands in it."""
        mark = free_character(self.text)
        text = self._write.text([*self._messages[:number], {"role": "assistant", "content": mark}])
        if mark not in text:
            raise UnclearError
        return text, text.index(mark)

    def _end_of_calls(self, number: int, position: int) -> int:
        """Behind the token that ends a plain answer, or else the first token of all, before the next message."""
        limit = min((piece.begin for piece in self._pieces if piece.owner > number), default=len(self.text))
        probe, place = self._with_probe(number)
        end = self._tokens.behind(probe, place + 1)
        if end:
            found = self.text.find(end, position, limit)
            stop = found + len(end) if found != -1 else -1
        else:
            first = self._tokens.first_in(self.text, position, limit)
            stop = first.end() if first else -1
        arguments = str([call["function"]["arguments"] for call in self._messages[number]["tool_calls"]])
        if stop == -1 or any(token in arguments for token in self._tokens.ending):
            raise UnclearError
        return stop


def _with_end(text: str, begin: int, end: int, tokens: SpecialTokens) -> int:
    """A template's own mark may leave out the token that ends an answer."""
    if text[begin:end].rstrip().endswith(tokens.ending):
        return end
    return tokens.end_of_answer(text, end)
