"""MSAgent-Bench: conversations with calls and results marked in the text, as rounds of the ReAct protocol."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.configs.catalogue.systems import REACT_PROTOCOL
from workbench.data.conversation import Conversation, Turn
from workbench.data.formats.messages import asked, keys_of, turns_of
from workbench.data.formats.row import DatasetFormat, Row, RowError, as_object, columns, text_of
from workbench.i18n import N_, _

_MARKED = re.compile(r"<\|startof(think|exec)\|>(.*?)<\|endof\1\|>", re.DOTALL)
_LONE_MARK = re.compile(r"<\|(?:start|end)of(?:think|exec)\|>")
_FENCE = re.compile(r"```(?:json)?", re.IGNORECASE)
_TOOL = re.compile(r"^[ \t]*(?:\d+\.[ \t]*)?(?=\{)", re.MULTILINE)
_DECODER = json.JSONDecoder(strict=False)


def msagent_react(row: Row) -> Conversation:
    """``conversations`` of ``system``, ``user`` and ``assistant``, as a list or the text of one.

    ``<|startofthink|>`` … ``<|endofthink|>`` becomes Thought, Action and Action Input; ``<|startofexec|>`` …
    ``<|endofexec|>`` the system text ``Response:``; what is left of an answer ``Final Answer:``.
    """
    messages = row.get("conversations")
    if isinstance(messages, str):
        messages = _parsed_list(messages)
    turns: list[Turn] = []
    for number, turn in enumerate(turns_of(messages, "conversations", keys_of(messages))):
        place = f"conversations[{number}].value"
        if turn.role == "system":
            turns.append(Turn("system", _tools(turn.content), place=turn.place))
        elif turn.role == "assistant":
            turns += _rounds(turn, place)
        else:
            turns.append(turn)
    return asked(turns)


def _parsed_list(text: str) -> Any:
    """The value of a list's text, written as JSON or as Python writes it; nothing in it is run."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise RowError("conversations", _("the text is not a list of messages")) from error


def _rounds(turn: Turn, place: str) -> list[Turn]:
    """An answer as its calls, their results and the final answer, in order."""
    parts = _MARKED.split(turn.content)
    if any(_LONE_MARK.search(text) for text in parts[::3]):
        raise RowError(place, _("a mark of a call or a result has no other end"))
    if len(parts) == 1:
        return [Turn("assistant", f"Final Answer:{turn.content}\n", turn.loss, place=turn.place)]
    turns: list[Turn] = []
    for before, kind, inside in zip(parts[:-1:3], parts[1::3], parts[2::3], strict=True):
        value = _object_in(inside, place)
        if kind == "think":
            turns.append(Turn("assistant", _thought(before) + _action(value, place), turn.loss))
        else:
            turns += [*_final(before, turn.loss), Turn("system", f"Response:{_written(value, place)}\n")]
    return [replace(said, place=turn.place) for said in (*turns, *_final(parts[-1], turn.loss))]


def _thought(text: str) -> str:
    return f"Thought:{text.strip()}\n" if text.strip() else ""


def _action(call: Row, place: str) -> str:
    name = text_of(call, "api_name", None, f"{place}.")
    parameters = as_object(call.get("parameters", {}), f"{place}.parameters")
    return f"Action:{name}\nAction Input:{_written(parameters, place)}\n"


def _final(text: str, loss: bool | None) -> list[Turn]:
    return [Turn("assistant", f"Final Answer:{text.strip()}\n", loss)] if text.strip() else []


def _object_in(text: str, place: str) -> Row:
    """The JSON object of a call or a result, which may stand in a fence of backticks."""
    try:
        value = _DECODER.decode(_FENCE.sub("", text).strip())
    except (ValueError, RecursionError) as error:
        raise RowError(place, _("a call or a result in it is not JSON")) from error
    return as_object(value, place)


def _written(value: Row, place: str) -> str:
    try:
        return str(value)
    except RecursionError as error:
        raise RowError(place, _("a call or a result in it is not JSON")) from error


def _tools(text: str) -> str:
    """The system text: the tools that it describes as JSON, one a line, and the protocol. Else the text itself."""
    described = [_described(tool) for tool in _objects_in(text)]
    if not described or None in described:
        return text
    return "可以使用的工具：\n" + "".join(f"{tool}\n" for tool in described) + REACT_PROTOCOL


def _objects_in(text: str) -> list[Any]:
    """The JSON objects that begin lines of a text; none if one of them is broken."""
    found: list[Any] = []
    end = 0
    while start := _TOOL.search(text, end):
        try:
            value, end = _DECODER.raw_decode(text, start.end())
        except (ValueError, RecursionError):
            return []
        found.append(value)
    return found


def _described(tool: Row) -> str | None:
    """A tool's name, description and parameters; None if it has no name."""
    name, about = tool.get("name"), tool.get("description", "")
    if not isinstance(name, str) or not isinstance(about, str):
        return None
    parameters = "；".join(_parameter_names(tool))
    return f"{name}：{about}" + (f"（参数：{parameters}）" if parameters else "")


def _parameter_names(tool: Row) -> list[str]:
    """The parameters of the tool's first path, each with its description."""
    paths = tool.get("paths")
    first = paths[0] if isinstance(paths, list) and paths else None
    parameters = first.get("parameters") if isinstance(first, Mapping) else None
    named = [one for one in parameters if isinstance(one, Mapping)] if isinstance(parameters, list) else []
    return [f"{one['name']}：{one.get('description', '')}" for one in named if isinstance(one.get("name"), str)]


def _has_marks(row: Row) -> bool:
    messages = row.get("conversations")
    if isinstance(messages, str):
        return True
    values = [one.get("value") for one in messages if isinstance(one, Mapping)] if isinstance(messages, list) else []
    return any(isinstance(value, str) and "<|startofthink|>" in value for value in values)


_CALL = '{"api_name": "calculator", "parameters": {"expression": "1+1"}}'
FORMATS = (
    DatasetFormat(
        "msagent_react",
        columns("conversations"),
        msagent_react,
        N_("MSAgent-Bench conversations with calls and results in the text"),
        {
            "conversations": [
                {"from": "system", "value": '1. {"name": "calculator", "description": "Adds numbers."}'},
                {"from": "user", "value": "1+1?"},
                {
                    "from": "assistant",
                    "value": f"I calculate it.<|startofthink|>{_CALL}<|endofthink|>\n"
                    '<|startofexec|>{"result": 2}<|endofexec|>\nIt is 2.',
                },
            ]
        },
        mark=_has_marks,
        because=N_("its answers hold <|startofthink|>, or its conversations are text"),
    ),
)
