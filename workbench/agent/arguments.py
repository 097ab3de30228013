"""Reading the arguments of calls: strictly as JSON, and checked against what the tool takes.

What is wrong is told in English and untranslated: the model reads it, and a person sees exactly what the model saw.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from workbench.agent.tool import ToolSpec
from workbench.chat.turn import ChatCall

_FENCE = "```"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


class BadCallError(ValueError):
    """A call that cannot be made; its text is what the model is told."""


def strict_json(text: str) -> Any:
    """The value of a JSON text, which may stand in a fence of backticks. Nothing is repaired.

    Raises:
        BadCallError: it is no JSON; or holds what tools could read in two ways: a key twice, NaN, a number or a nesting
            beyond what can be kept, or half a surrogate pair.
    """
    try:
        value = json.loads(
            _without_fence(text.strip()), object_pairs_hook=_one_of_each, parse_constant=_no_number, parse_float=_finite
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadCallError(f"invalid json format: {text.strip()}") from error
    return value


def _without_fence(text: str) -> str:
    if len(text) < 2 * len(_FENCE) or not (text.startswith(_FENCE) and text.endswith(_FENCE)):
        return text
    inside = text[len(_FENCE) : -len(_FENCE)]
    return inside[len("json") :] if inside[: len("json")].lower() == "json" else inside


def json_object(text: str) -> dict[str, Any]:
    """As `strict_json`, of an object.

    Raises:
        BadCallError: it is something else.
    """
    value = strict_json(text)
    if not isinstance(value, dict):
        raise BadCallError(f"invalid json format: {text.strip()}")
    return value


def arguments_of(call: ChatCall, tools: Sequence[ToolSpec]) -> dict[str, Any]:
    """The arguments of a call, by name.

    Raises:
        BadCallError: there is no such tool, the arguments are no JSON object, one of them is unknown or missing, or has
            another type than the tool takes.
    """
    tool = next((one for one in tools if one.name == call.name), None)
    if tool is None:
        names = ", ".join(one.name for one in tools) or "none"
        raise BadCallError(f"unknown tool: {call.name}; tools: {names}")
    values = json_object(call.arguments)
    unknown = [name for name in values if name not in tool.properties]
    if unknown and not tool.parameters.get("additionalProperties"):
        raise BadCallError(f"unknown arguments: {', '.join(unknown)}; known: {', '.join(tool.properties) or 'none'}")
    if absent := [name for name in tool.required if name not in values]:
        raise BadCallError(f"missing arguments: {', '.join(absent)}")
    for name, value in values.items():
        _check(name, value, tool.properties.get(name, {}))
    return values


def _check(name: str, value: Any, schema: Any) -> None:
    """Type and choices as JSON schema has them; other rules are the tool's own to check."""
    if not isinstance(schema, dict):
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        raise BadCallError(f"wrong argument: {name} must be of type {' or '.join(map(str, kinds))}")
    if "enum" in schema and value not in schema["enum"]:
        raise BadCallError(f"wrong argument: {name} must be one of {json.dumps(schema['enum'], ensure_ascii=False)}")
    if isinstance(value, list):
        for number, one in enumerate(value):
            _check(f"{name}[{number}]", one, schema.get("items", {}))


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))


def _one_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
