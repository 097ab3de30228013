"""Conversations as a file for others: Markdown to read, or JSON with the messages as chat services write them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from workbench.chat.conversations import SavedConversation
from workbench.chat.turn import ChatTurn
from workbench.chat.wording import not_whole
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.text import json_text, printable

ENDINGS = (".md", ".json")


def export_conversations(columns: Sequence[SavedConversation], path: Path) -> None:
    """Write what is shown of a conversation, or of several side by side; the ending of the path says how.

    Raises:
        WorkbenchError: the ending is another one, there is such a file already, or it cannot be written.
    """
    require_free(path)
    text = printable(markdown_of(columns)) if path.suffix == ".md" else json_of(columns)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text)
    except OSError as error:
        raise WorkbenchError(
            _("The file cannot be written: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error


def require_free(path: Path) -> None:
    """
    Raises:
        WorkbenchError: the ending is neither .md nor .json, or there is such a file already.
    """
    if path.suffix not in ENDINGS:
        raise WorkbenchError(
            _("A conversation is written as .md or .json."),
            where=str(path),
            fix=_("Give the name one of these endings."),
        )
    if path.exists():
        raise WorkbenchError(_("There is such a file already."), where=str(path), fix=_("Choose another name."))


def markdown_of(columns: Sequence[SavedConversation]) -> str:
    """The conversation to read; of several side by side, every answer under its question, by the model's name."""
    first = columns[0]
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(first.started))
    names = [_weights(one) for one in columns]
    parts = [f"# {first.title}", " · ".join([*filter(None, [", ".join(filter(None, names))]), started])]
    if first.system:
        parts += ["## " + _("System text"), first.system]
    for row in zip_longest(*map(_exchanges, columns), fillvalue=[]):
        for number, turns in enumerate(row):
            name = _name_given(turns) or (names[number] if len(columns) > 1 else _("Model"))
            asked_before = number and [turn.content for turn in turns[:1]] == [turn.content for turn in row[0][:1]]
            parts += [part for turn in turns[1 if asked_before else 0 :] for part in _parts(turn, name)]
    return "\n\n".join(parts) + "\n"


def json_of(columns: Sequence[SavedConversation]) -> str:
    """The conversation with its settings, as JSON; a list of several that stand side by side."""
    described = [_described(one) for one in columns]
    return json_text(described if len(described) > 1 else described[0], indent=1) + "\n"


def _described(conversation: SavedConversation) -> dict[str, Any]:
    system = [{"role": "system", "content": conversation.system}] if conversation.system else []
    compared = conversation.compared
    return {
        "model": conversation.model,
        "adapter": conversation.adapter,
        "llava": conversation.llava,
        "prompt_template": conversation.prompt_template,
        "started": conversation.started,
        "settings": conversation.settings.model_dump(),
        **({"compared": compared.model_dump(mode="json")} if compared else {}),
        "messages": [
            *system,
            *map(_message, conversation.turns),
        ],
    }


def _message(turn: ChatTurn) -> dict[str, Any]:
    """With the name of the model that has answered, and its weights."""
    given_by = turn.figures.model_dump(include={"model", "weights"}, exclude_defaults=True) if turn.figures else {}
    return {**turn.model_dump(exclude_defaults=True, exclude={"figures"}), **given_by}


def _weights(conversation: SavedConversation) -> str:
    return " + ".join(filter(None, (conversation.model, conversation.adapter, conversation.llava)))


def _exchanges(conversation: SavedConversation) -> list[list[ChatTurn]]:
    """The turns, cut before each question."""
    cut: list[list[ChatTurn]] = []
    for turn in conversation.turns:
        if turn.role == "user" or not cut:
            cut.append([])
        cut[-1].append(turn)
    return cut


def _name_given(turns: Sequence[ChatTurn]) -> str:
    """The name of the model that has answered, if the answer has it."""
    return next((turn.figures.model for turn in turns if turn.figures and turn.figures.model), "")


def _parts(turn: ChatTurn, name: str) -> list[str]:
    return [f"## {_heading(turn, name)}", *(f"![]({image})" for image in turn.images), _body(turn), *_ending(turn)]


def _ending(turn: ChatTurn) -> list[str]:
    said = not_whole(turn.figures)
    return [f"*({said})*"] if said else []


def _heading(turn: ChatTurn, name: str) -> str:
    if turn.role == "tool":
        return _("Tool: {name}").format(name=turn.tool or "?")
    return _("You") if turn.role == "user" else name


def _body(turn: ChatTurn) -> str:
    """What is said; a tool's result, and calls, as they are."""
    calls = [f"{call.name} {call.arguments}" for call in turn.calls]
    if turn.role != "tool" and not calls:
        return turn.content
    fence = "```"
    while fence in turn.content or any(fence in call for call in calls):
        fence += "`"
    blocks = [f"{fence}\n{text}\n{fence}" for text in calls]
    if turn.role == "tool":
        return f"{fence}\n{turn.content}\n{fence}"
    return "\n\n".join([*([turn.content] if turn.content else []), *blocks])
