"""Answers in the shape of the OpenAI protocol: a chat completion as a whole, or the chunks that it is streamed in."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.chat.protocol import Answer
from workbench.chat.turn import ChatCall

_ENDED = {"model": "stop", "length": "length", "stopped": "stop"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Completion:
    """One answer of ``model``; its id and time are the same in all of its chunks."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, text: str, calls: Sequence[ChatCall], answer: Answer) -> Json:
        """The answer at once. ``dropped_turns`` is ours: so many of the oldest messages did not fit the context."""
        message: Json = {"role": "assistant", "content": text or (None if calls else "")}
        if calls:
            message["tool_calls"] = [_call(call) for call in calls]
        choice = {"index": 0, "message": message, "finish_reason": _finish(answer, calls), "logprobs": None}
        return self._frame("chat.completion") | {
            "choices": [choice],
            "usage": usage_of(answer),
            **_dropped(answer),
        }

    def first(self) -> bytes:
        """The chunk before any text."""
        return self._chunk({"role": "assistant", "content": ""})

    def piece(self, text: str) -> bytes:
        """The next piece of text."""
        return self._chunk({"content": text})

    def end(self, calls: Sequence[ChatCall], answer: Answer, *, with_usage: bool) -> bytes:
        """The calls, why it ended, the figures if they were asked for, and the mark of the end."""
        chunks = []
        if calls:
            chunks.append(self._chunk({"tool_calls": [{"index": n, **_call(call)} for n, call in enumerate(calls)]}))
        chunks.append(self._chunk({}, _finish(answer, calls), **_dropped(answer)))
        if with_usage:
            chunks.append(_event(self._frame("chat.completion.chunk") | {"choices": [], "usage": usage_of(answer)}))
        return b"".join([*chunks, b"data: [DONE]\n\n"])

    def _chunk(self, delta: Json, finish: str | None = None, **more: int) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _event(self._frame("chat.completion.chunk") | {"choices": [choice], **more})

    def _frame(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def error_body(message: str, *, kind: str, param: str | None = None, code: str | None = None) -> Json:
    """An error as clients of the protocol read it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def error_event(message: str) -> bytes:
    """An error in the middle of a stream."""
    return _event(error_body(message, kind="server_error"))


def usage_of(answer: Answer) -> Json:
    """Tokens of prompt and answer."""
    return {
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.tokens,
        "total_tokens": answer.prompt_tokens + answer.tokens,
    }


def _dropped(answer: Answer) -> dict[str, int]:
    return {"dropped_turns": answer.dropped_turns} if answer.dropped_turns else {}


def _finish(answer: Answer, calls: Sequence[ChatCall]) -> str:
    return "tool_calls" if calls else _ENDED[answer.ended_by]


def _call(call: ChatCall) -> Json:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _event(content: Json) -> bytes:
    return b"data: " + json.dumps(content, ensure_ascii=False).encode() + b"\n\n"
