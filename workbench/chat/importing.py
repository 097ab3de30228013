"""Conversations from files that others wrote, or that were written here: JSON with messages as chat services have them.

Read are an object with ``messages`` (OpenAI) or ``conversations`` (ShareGPT), a list of messages, a list of such
objects, and conversations as they stand in a project's ``chats`` folder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.protocol import GenerationSettings
from workbench.chat.turn import ChatCall, ChatTurn, Figures
from workbench.data.formats.messages import ROLES
from workbench.errors import WorkbenchError, mend_file, system_reason
from workbench.i18n import _

_OURS = ("model", "adapter", "llava", "prompt_template", "started", "compared")
_OWN_FIELDS = ("images", "calls", "tool", "call_id", "seconds", "failed")
_MOST_BYTES = 256 * 1024 * 1024


class _UnreadableError(Exception):
    """Why something is no conversation."""


def import_conversations(project: Path, path: Path) -> list[SavedConversation]:
    """Take the conversations of a file into a project, each in a file of its own; in their order.

    Those of no model of this program have an empty ``model``, and their answers the name of theirs or of the file.

    Raises:
        WorkbenchError: the file cannot be read, or something in it is no conversation; then none is taken.
    """
    found = read_conversations(path)
    groups: dict[str, str] = {}
    for conversation in found:
        if (compared := conversation.compared) is not None:  # a comparison that is here already is another one
            compared.group = groups.setdefault(compared.group, uuid4().hex)
        save_conversation(project, conversation)
    return found


def read_conversations(path: Path) -> list[SavedConversation]:
    """The conversations of a file.

    Raises:
        WorkbenchError: it cannot be read, or something in it is no conversation.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(_("it has more than {count} MB").format(count=_MOST_BYTES // 2**20))
        values = _values(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        said = _("The file cannot be read: {reason}").format(reason=system_reason(error))
        raise WorkbenchError(said, where=str(path), fix=mend_file(path)) from error
    except (ValueError, RecursionError) as error:
        reason = str(error)
        raise WorkbenchError(
            _("The file cannot be read as JSON: {reason}").format(reason=reason),
            where=str(path),
            fix=_("Give a file that was written by ctrl+x as .json, or one with messages as chat services have them."),
        ) from error
    found = []
    for number, value in enumerate(values, start=1):
        try:
            found.append(_conversation(value, path.stem))
        except (_UnreadableError, ValidationError) as error:
            reason = str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error)
            raise WorkbenchError(
                _("This is no conversation: {reason}").format(reason=reason),
                where=f"{path}:{number}",
                fix=_("A conversation is a list of messages, each with a role and a content."),
            ) from error
    return found


def _values(value: Any) -> list[Any]:
    """What may be a conversation each; a list of messages is one."""
    is_many = isinstance(value, list) and bool(value) and not (isinstance(value[0], dict) and "role" in value[0])
    return value if is_many else [value]


def _conversation(value: Any, file: str) -> SavedConversation:
    if isinstance(value, dict) and "turns" in value:
        return SavedConversation.model_validate(value)
    about: dict[str, Any] = value if isinstance(value, dict) else {}
    messages = value if isinstance(value, list) else about.get("messages", about.get("conversations"))
    if not isinstance(messages, list) or not messages:
        raise _UnreadableError(_("it has no messages"))
    turns = _named_results([_turn(message, number) for number, message in enumerate(messages, start=1)])
    system = turns.pop(0).content if turns[0].role == "system" else str(about.get("system") or "")
    if not any(turn.role == "user" for turn in turns):
        raise _UnreadableError(_("nobody asks anything in it"))
    is_ours = "settings" in about and "started" in about
    ours = {name: about[name] for name in _OURS if about.get(name) is not None} if is_ours else {}
    if not ours.get("model"):
        _sign(turns, str(about.get("model") or file))
    return SavedConversation(**{"model": "", **ours}, system=system, turns=turns, settings=_settings(about))


def _named_results(turns: list[ChatTurn]) -> list[ChatTurn]:
    """The turns with the tool of each result, if only the call that it answers says it."""
    called = {call.id: call.name for turn in turns for call in turn.calls if call.id}
    return [
        turn.model_copy(update={"tool": called.get(turn.call_id, "")})
        if turn.role == "tool" and not turn.tool
        else turn
        for turn in turns
    ]


def _sign(turns: Sequence[ChatTurn], model: str) -> None:
    """Say whose the answers are; how they came is not known."""
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        if turn.role == "assistant" and turn.figures is None and (following is None or following.role == "user"):
            turn.figures = Figures(ended_by="model", model=model)


def _settings(about: dict[str, Any]) -> GenerationSettings:
    try:
        return GenerationSettings.model_validate(about.get("settings") or {})
    except ValidationError:  # of another program, or of another version of this one
        return GenerationSettings()


def _turn(message: Any, number: int) -> ChatTurn:
    if not isinstance(message, dict):
        raise _UnreadableError(_("message {number} is no object").format(number=number))
    role = ROLES.get(str(message.get("role", message.get("from"))))
    if role is None:
        raise _UnreadableError(_("message {number} has no role that is known").format(number=number))
    text, images = _said(message.get("content", message.get("value")))
    if role == "user" and not (text or images or message.get("images")):
        raise _UnreadableError(_("message {number} asks nothing").format(number=number))
    if thought := message.get("reasoning_content") or message.get("reasoning"):
        text = f"<think>\n{thought}\n</think>\n\n{text}"
    own = {name: message[name] for name in _OWN_FIELDS if name in message}
    named = {"call_id": message.get("tool_call_id"), "tool": message.get("name")} if role == "tool" else {}
    given_by = {name: str(message[name]) for name in ("model", "weights") if message.get(name)}
    fields: dict[str, Any] = {
        "images": images,
        "figures": Figures(ended_by="model", **given_by) if role == "assistant" and given_by else None,
        "calls": _calls(message.get("tool_calls")),
        **{name: value for name, value in named.items() if value},
        **own,
    }
    return ChatTurn(role=role, content=text, **fields)


def _said(content: Any) -> tuple[str, list[str]]:
    """Text and addresses of pictures; pictures that stand in the file itself are named in the text."""
    if content is None:
        return "", []
    if isinstance(content, str):
        return content, []
    texts: list[str] = []
    images: list[str] = []
    for part in content if isinstance(content, list) else []:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text":
            texts.append(str(part.get("text", "")))
        elif kind == "image_url":
            address = part.get("image_url")
            url = str(address.get("url", "") if isinstance(address, dict) else address)
            if url.startswith(("http://", "https://")):
                images.append(url)
            else:
                texts.append(_("(a picture that was not taken in)"))
        else:
            raise _UnreadableError(_("a part of a message is neither text nor a picture"))
    if not texts and not images:
        raise _UnreadableError(_("the content of a message is no text"))
    return "\n".join(texts), images


def _calls(calls: Any) -> Sequence[ChatCall]:
    functions = [(call, call.get("function") or {}) for call in calls or [] if isinstance(call, dict)]
    return [
        ChatCall(name=str(one.get("name", "")), arguments=_text(one.get("arguments", "")), id=str(call.get("id") or ""))
        for call, one in functions
    ]


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
