"""What an endpoint streams as it answers (chat completion chunks of the OpenAI protocol), put together."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from workbench.chat.protocol import Answer
from workbench.chat.streaming import StopWordFilter
from workbench.chat.turn import ChatCall
from workbench.data.sheets.refusal import error_text

END = "[DONE]"
_THINK, _THOUGHT = "<think>\n", "\n</think>\n\n"


class _Function(BaseModel):
    name: str | None = None
    arguments: Any = None


class _CallPiece(BaseModel):
    index: int | None = None
    id: str | None = None
    function: _Function = _Function()


class _Said(BaseModel):
    """A piece of a message, or a whole one. Thoughts come under either name."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[_CallPiece] | None = None


class _Choice(BaseModel):
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Chunk(BaseModel):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: Any = None


@dataclass
class _Call:
    id: str
    name: str = ""
    arguments: str = ""


class NonsenseError(Exception):
    """What came is no piece of an answer."""


class ServiceFailedError(Exception):
    """The service says in the middle of an answer that it has failed, and why."""


@dataclass
class HeardAnswer:
    """An answer as it comes. ``stop_words`` end it, also where the service does not know them; times in seconds."""

    stop_words: list[str]
    _began: float = field(default_factory=time.monotonic)
    _first_at: float | None = None
    _pieces: list[str] = field(default_factory=list)
    _calls: dict[tuple[int, str], _Call] = field(default_factory=dict)
    _last_ids: dict[int, str] = field(default_factory=dict)
    _usage: _Usage | None = None
    _ended_by: Literal["model", "length"] | None = None
    _said_count: int = 0
    _is_thinking: bool = False

    def __post_init__(self) -> None:
        self._filter = StopWordFilter(self.stop_words)

    def take(self, data: str) -> str:
        """Take an event's data; gives the text that may be shown now.

        Raises:
            NonsenseError: it is no such piece.
            ServiceFailedError: it is an error that the service tells.
        """
        if data.strip() == END:
            self._ended_by = self._ended_by or "model"
            return ""
        try:
            chunk = _Chunk.model_validate_json(data)
        except ValidationError as error:
            raise NonsenseError(data) from error
        if chunk.error:
            raise ServiceFailedError(error_text(json.dumps({"error": chunk.error}, ensure_ascii=False)))
        self._usage = chunk.usage or self._usage
        return "".join(self._take_choice(choice) for choice in chunk.choices[:1])

    @property
    def has_ended(self) -> bool:
        """Whether the answer came to its end; the figures may come later."""
        return self._ended_by is not None

    @property
    def met_stop_word(self) -> bool:
        return self._filter.stopped

    def rest(self) -> str:
        """What was held back, as it might have begun a stop word; ask once, at the end."""
        closing = _THOUGHT.rstrip() if self._is_thinking else ""
        self._is_thinking = False
        return self._kept(self._filter.feed(closing) + self._filter.finish())

    def answer(self, request_id: int, *, stopped: bool = False) -> Answer:
        """The whole answer. Where the service counts no tokens, each piece counts as one, as it usually is."""
        ended = time.monotonic()
        calls = [
            ChatCall(name=call.name, arguments=call.arguments, id=call.id or f"call_{request_id}_{number}")
            for number, call in enumerate(self._calls.values())
        ]
        usage = self._usage or _Usage(completion_tokens=self._said_count)
        return Answer(
            id=request_id,
            text="".join(self._pieces),
            calls=calls,
            prompt_tokens=usage.prompt_tokens,
            tokens=usage.completion_tokens,
            first_token_s=(self._first_at or ended) - self._began,
            total_s=ended - self._began,
            ended_by="stopped" if stopped else self._ended_by or "model",
        )

    def _take_choice(self, choice: _Choice) -> str:
        said = choice.delta or choice.message
        if choice.finish_reason:
            self._ended_by = "length" if choice.finish_reason == "length" else "model"
        if said is None:
            return ""
        thought = said.reasoning_content or said.reasoning or ""
        text = said.content or ""
        if thought or text or said.tool_calls:
            self._first_at = self._first_at or time.monotonic()
            self._said_count += 1
        for piece in said.tool_calls or []:
            self._take_call(piece)
        return self._kept(self._filter.feed(self._with_marks(thought, text)))

    def _with_marks(self, thought: str, text: str) -> str:
        """Thoughts between marks, as models write them that have no field for them."""
        begin = _THINK if thought and not self._is_thinking else ""
        self._is_thinking = self._is_thinking or bool(thought)
        end = _THOUGHT if text and self._is_thinking else ""
        self._is_thinking = self._is_thinking and not text
        return begin + thought + end + text

    def _take_call(self, piece: _CallPiece) -> None:
        """Pieces of a call share its place; some services give every call the same place, but another id."""
        place = piece.index or 0
        call_id = piece.id or self._last_ids.get(place, "")
        self._last_ids[place] = call_id
        call = self._calls.setdefault((place, call_id), _Call(call_id))
        call.name = call.name or piece.function.name or ""
        arguments = piece.function.arguments
        if arguments is not None:
            call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)

    def _kept(self, text: str) -> str:
        if text:
            self._pieces.append(text)
        return text
