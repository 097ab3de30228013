"""Models whose own chat template writes calls, in the forms that the families of models use.

``<tool_call>{json}</tool_call>`` (Qwen, Hermes, and prompt templates without markup of their own for tools),
``[TOOL_CALLS]`` (Mistral: a JSON list, or a name, ``[ARGS]`` and an object), and an answer that is nothing but
``{"name", "parameters"}`` (Llama 3, behind ``<|python_tag|>`` or not).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from workbench.agent.arguments import BadCallError, strict_json
from workbench.agent.protocols.protocol import AgentProtocol, Step
from workbench.agent.tool import ToolSpec, listed_openai
from workbench.chat.turn import ChatCall, ChatTurn

_OPEN, _CLOSE, _MISTRAL, _PYTHON = "<tool_call>", "</tool_call>", "[TOOL_CALLS]", "<|python_tag|>"
_TAGGED = re.compile(rf"{_OPEN}(.*?)(?:{_CLOSE}|(?={_OPEN})|\Z)", re.DOTALL)
_NAMED = re.compile(r"\s*([\w.-]+)\s*(?:\[CALL_ID\][\w-]+\s*)?\[ARGS\](.*)", re.DOTALL)
_THINKING = re.compile(r"\s*<think>(.*?)</think>", re.DOTALL)
_ARGUMENTS = ("arguments", "parameters")
_BESIDE = {"id", "type"}


@dataclass(frozen=True)
class ToolCalls(AgentProtocol):
    """Calls are kept apart from the text of an answer, so that the chat template writes them its own way."""

    name: ClassVar[str] = "tool_calls"
    kept_tokens: ClassVar[tuple[str, ...]] = (_OPEN, _CLOSE, _MISTRAL, "[ARGS]", "[CALL_ID]", _PYTHON)

    def listed(self, tools: Sequence[ToolSpec]) -> str:
        return listed_openai(tools)

    def read(self, answer: str) -> Step:
        thinking = _THINKING.match(answer)
        said = answer[thinking.end() :] if thinking else answer
        before, calls = _parted(said)
        thought = "\n".join(filter(None, (thinking[1].strip() if thinking else "", before.strip())))
        if calls is None:
            return Step(thinking[1].strip() if thinking else "", answer=said.strip())
        try:
            return Step(thought, _with_ids([call for text in calls for call in _written(text)]))
        except BadCallError as error:
            return Step(thought, told=str(error), failed=True)

    def answer_turn(self, answer: str, step: Step) -> ChatTurn:
        if not step.calls:
            return ChatTurn(role="assistant", content=answer)
        thinking = _THINKING.match(answer)
        said = answer[thinking.end() :] if thinking else answer
        content = (thinking[0] if thinking else "") + _parted(said)[0]
        return ChatTurn(role="assistant", content=content.strip(), calls=list(step.calls))


def _parted(said: str) -> tuple[str, list[str] | None]:
    """What stands before calls, and the text of each; None if there are none."""
    if _OPEN in said:
        return said[: said.index(_OPEN)], [match[1] for match in _TAGGED.finditer(said)]
    if _MISTRAL in said:
        before, *calls = said.split(_MISTRAL)
        return before, calls
    text = said.strip().removeprefix(_PYTHON).strip()
    if said.strip().startswith(_PYTHON) or _is_bare_call(text):
        return "", [text]
    return said, None


def _is_bare_call(text: str) -> bool:
    """Whether an answer without marks is a call and not JSON that was asked for."""
    try:
        value = strict_json(text)
    except BadCallError:
        return False
    return isinstance(value, dict) and set(value) - _BESIDE == {"name", "parameters"}


def _written(text: str) -> list[ChatCall]:
    """The calls of one mark.

    Raises:
        BadCallError: it is no call.
    """
    if named := _NAMED.fullmatch(text):
        return [ChatCall(name=named[1], arguments=named[2].strip())]
    value = strict_json(text)
    return [_call(one, text) for one in (value if isinstance(value, list) and value else [value])]


def _call(value: Any, text: str) -> ChatCall:
    """
    Raises:
        BadCallError: it has no name, or not just one kind of arguments.
    """
    keys = [key for key in _ARGUMENTS if isinstance(value, dict) and key in value]
    if len(keys) != 1 or not isinstance(value.get("name"), str) or set(value) - _BESIDE != {"name", keys[0]}:
        raise BadCallError(f"invalid call: {text.strip()}")
    given = value[keys[0]]
    arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return ChatCall(name=value["name"], arguments=arguments)


def _with_ids(calls: list[ChatCall]) -> tuple[ChatCall, ...]:
    """Calls with ids of nine letters, which tie results to them."""
    return tuple(call.model_copy(update={"id": f"call{number:05d}"}) for number, call in enumerate(calls))
