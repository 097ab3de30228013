"""Lists of messages with roles: reading them, whatever they call their roles and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.data.conversation import IMAGE, Conversation, Role, ToolCall, Turn
from workbench.data.formats.images import image_path
from workbench.data.formats.row import (
    Row,
    RowError,
    absent,
    as_list,
    as_object,
    json_text,
    missing,
    parsed_json,
    shown,
    text_of,
)
from workbench.data.wording import listed
from workbench.errors import nearest
from workbench.i18n import _

Keys = tuple[str, str]
"""What a message calls its role and its text."""
ROLE_CONTENT: Keys = ("role", "content")
FROM_VALUE: Keys = ("from", "value")
_ROLE_NAMES = frozenset({"role", "from", "speaker", "author", "sender"})
_TEXT_NAMES = frozenset({"content", "value", "text", "message", "utterance"})
_MEANT = {"role": _ROLE_NAMES, "from": _ROLE_NAMES, "content": _TEXT_NAMES, "value": _TEXT_NAMES}
"""What other files call a key, in small letters."""
_CALLS = {"function_call", "tool_call"}
_REASONING = ("reasoning_content", "reasoning", "thinking")
"""Columns of what an answer was thought out with, beside its text."""
_REASONING_END = "</think>"
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "chatgpt": "assistant",
    "function_call": "assistant",
    "tool_call": "assistant",
    "tool": "tool",
    "observation": "tool",
    "function": "tool",
    "tool_response": "tool",
}


def keys_of(messages: Any) -> Keys:
    """How messages name role and text, by the first of them."""
    first = messages[0] if isinstance(messages, list | tuple) and messages else None
    return FROM_VALUE if isinstance(first, Mapping) and "from" in first else ROLE_CONTENT


def turns_of(messages: Any, field: str, keys: Keys) -> tuple[Turn, ...]:
    """The turns of a list of messages.

    Raises:
        RowError: a message has an unknown role, no text, or content of another kind.
    """
    if not isinstance(messages, list | tuple):
        raise RowError(field, _("the field must be a list of messages"))
    return tuple(_turn(message, f"{field}[{number}]", keys) for number, message in enumerate(messages))


def _turn(message: Any, place: str, keys: Keys) -> Turn:
    if not isinstance(message, Mapping):
        raise RowError(place, _("a message must be an object"))
    role_key, text_key = keys
    if role_key not in message:
        raise _no_key(message, role_key, place)
    name = message[role_key]
    known = name.lower() if isinstance(name, str) else ""
    role = ROLES.get(known)
    if role is None:
        raise RowError(
            f"{place}.{role_key}",
            _("unknown role {role}; known are {known}").format(role=shown(name), known=listed(ROLES)),
        )
    loss = _loss(message, place)
    if known in _CALLS:
        if message.get(text_key) is None:
            raise absent(message, text_key, f"{place}.{text_key}")
        calls = _calls_in_text(message[text_key], f"{place}.{text_key}")
        return _named(Turn(role, _thought_out(message, "", place), loss, tool_calls=calls, place=place), message)
    calls = _calls(message, place)
    if text_key not in message and not calls:
        raise _no_key(message, text_key, place)
    text, images = _content(message.get(text_key), f"{place}.{text_key}")
    if role == "assistant":
        text = _thought_out(message, text, place)
    return _named(Turn(role, text, loss, images, calls, place=place), message)


def _named(turn: Turn, message: Row) -> Turn:
    """The turn with who speaks by name, and to which call it is the answer."""
    name, call_id = message.get("name"), message.get("tool_call_id")
    if not (name or call_id):
        return turn
    return replace(
        turn, name=name if isinstance(name, str) else "", call_id=call_id if isinstance(call_id, str) else ""
    )


def _no_key(message: Row, key: str, place: str) -> RowError:
    """What to raise for a message without a key, with those that may be meant for it."""
    there = [str(name) for name in message]
    meant = [name for name in there if name.lower() in _MEANT[key]] or nearest(key, there)
    if not meant:
        return missing(f"{place}.{key}")
    names = listed([shown(name) for name in meant])
    return RowError(
        f"{place}.{key}", _("the field {name} is missing; {names} may be meant").format(name=key, names=names)
    )


def _thought_out(message: Row, text: str, place: str) -> str:
    """The text of an answer behind its reasoning, which stands in ``<think>`` unless the text has it already."""
    reasoning = next((said for key in _REASONING if (said := text_of(message, key, "", f"{place}."))), "")
    if not reasoning.strip() or _REASONING_END in text:
        return text
    return f"<think>\n{reasoning.strip()}\n{_REASONING_END}\n\n{text}"


def _content(value: Any, place: str) -> tuple[str, tuple[str, ...]]:
    """Text and pictures of a message whose content is text, a list of parts, or null."""
    if value is None:
        return "", ()
    if isinstance(value, str):
        return value, ()
    if not isinstance(value, list | tuple):
        raise RowError(place, _("content is text or a list of parts"))
    parts = [_part(part, f"{place}[{number}]") for number, part in enumerate(value)]
    return "".join(text for text, _images in parts), tuple(image for _text, images in parts for image in images)


def _part(part: Any, place: str) -> tuple[str, tuple[str, ...]]:
    """One part of a message. A picture without a path takes the next one of the row's ``images`` column."""
    if isinstance(part, str):
        return part, ()
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text":
        return text_of(part, "text", None, f"{place}."), ()
    if kind not in ("image", "image_url"):
        raise RowError(place, _("unknown part of a message"))
    key = next((key for key in ("image", "path", "url", "image_url") if part.get(key)), None)
    return f"{IMAGE}\n", (image_path(part[key], f"{place}.{key}"),) if key else ()


def flag_of(value: Any, place: str) -> bool | None:
    """A loss flag: true or false, the text of one, or missing."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    raise RowError(place, _("loss is true or false"))


def _loss(message: Row, place: str) -> bool | None:
    """``loss``, or ``weight``, which is 0 or 1."""
    weight = message.get("weight")
    if message.get("loss") is not None or weight is None:
        return flag_of(message.get("loss"), f"{place}.loss")
    if isinstance(weight, int | float) and weight in (0, 1):
        return weight == 1
    raise RowError(f"{place}.weight", _("weight is 0 or 1"))


def _calls(message: Row, place: str) -> tuple[ToolCall, ...]:
    """The message's ``tool_calls``, or its single ``function_call``."""
    if message.get("tool_calls") is not None:
        calls = as_list(message["tool_calls"], f"{place}.tool_calls")
        return tuple(_call(call, f"{place}.tool_calls[{number}]") for number, call in enumerate(calls))
    if message.get("function_call") is not None:
        return (_call(message["function_call"], f"{place}.function_call"),)
    return ()


def _call(call: Any, place: str) -> ToolCall:
    outer = as_object(call, place)
    call_id = outer.get("id")
    if outer.get("function") is not None:
        place = f"{place}.function"
        outer = as_object(outer["function"], place)
    name = text_of(outer, "name", None, f"{place}.")
    arguments = _arguments(outer.get("arguments"), f"{place}.arguments")
    return ToolCall(name, arguments, call_id if isinstance(call_id, str) else "")


def _arguments(value: Any, place: str) -> str:
    """The arguments as the text of a JSON object, spelt as the data has it if it is text already."""
    if value is None or value == "":
        return "{}"
    parsed = parsed_json(value, place) if isinstance(value, str) else value
    if not isinstance(parsed, Mapping):
        raise RowError(place, _("the arguments of a call are an object"))
    return value if isinstance(value, str) else json_text(value, place)


def _calls_in_text(value: Any, place: str) -> tuple[ToolCall, ...]:
    """The calls of a message that is nothing else: JSON of one or of a list."""
    calls = parsed_json(value, place) if isinstance(value, str) else value
    if not isinstance(calls, list | tuple):
        return (_call(calls, place),)
    return tuple(_call(call, f"{place}[{number}]") for number, call in enumerate(calls))


def tools_of(row: Row) -> str:
    """The ``tools`` column, a JSON list or its text, as text; empty if there is none."""
    value = row.get("tools")
    if value is None or value == "":
        return ""
    parsed = parsed_json(value, "tools") if isinstance(value, str) else value
    for number, tool in enumerate(as_list(parsed, "tools")):
        as_object(tool, f"tools[{number}]")
    return json_text(parsed, "tools") if parsed else ""


def asked(turns: Sequence[Turn], tools: str = "") -> Conversation:
    """The conversation without answers before its first question: they answer nothing."""
    first = next((number for number, turn in enumerate(turns) if turn.role == "user"), len(turns))
    kept = tuple(turn for number, turn in enumerate(turns) if number >= first or turn.role != "assistant")
    return Conversation(kept, tools=tools, answers_left_out=len(turns) - len(kept))


def system_of(row: Row) -> str:
    """The ``system`` column; empty if there is none."""
    return text_of(row, "system", "")
