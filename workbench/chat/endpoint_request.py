"""What an endpoint is asked with: the body of a chat completion request of the OpenAI protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from workbench.chat.endpoint_messages import Message
from workbench.chat.protocol import GenerationSettings

_STOP_WORDS_SENT = 4
"""OpenAI refuses more."""
_NEEDED = frozenset({"model", "messages", "stream", "tools"})
Body = dict[str, Any]


def request_body(model: str, messages: list[Message], settings: GenerationSettings, tools: str) -> Body:
    """The request, streaming. ``top_k`` and ``repetition_penalty`` are not OpenAI's, but those of most open services.

    Args:
        tools: functions that the model may call, a JSON list as text; bare, or each as ``{"type", "function"}``.
    """
    body: Body = {
        "model": model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": settings.max_new_tokens,
        "temperature": settings.temperature,
        "seed": settings.seed,
    }
    if settings.temperature > 0:
        body["top_p"] = settings.top_p
        if settings.top_k:
            body["top_k"] = settings.top_k
    if settings.repetition_penalty != 1:
        body["repetition_penalty"] = settings.repetition_penalty
    if settings.stop_words:
        body["stop"] = settings.stop_words[:_STOP_WORDS_SENT]
    if tools:
        body["tools"] = [_offered(tool) for tool in json.loads(tools)]
    return body


def named_in(said: str, body: Body) -> list[str]:
    """The settings of a request that a refusal speaks of; the request makes sense without them."""
    return [name for name in set(body) - _NEEDED if re.search(rf"\b{name}\b", said)]


def without(names: Iterable[str], body: Body) -> Body:
    """The request without some settings; newer services have another name for the longest answer."""
    left = {name: value for name, value in body.items() if name not in names}
    if "max_tokens" in names and "max_tokens" in body and "max_completion_tokens" not in names:
        left["max_completion_tokens"] = body["max_tokens"]
    return left


def _offered(tool: Any) -> Any:
    is_whole = isinstance(tool, dict) and "function" in tool
    return tool if is_whole else {"type": "function", "function": tool}
