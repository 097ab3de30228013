"""A conversation as a file for others: Markdown to read, or JSON with the messages as chat services write them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from workbench.chat.conversations import SavedConversation
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _

ENDINGS = (".md", ".json")


def export_conversation(conversation: SavedConversation, path: Path) -> None:
    """Write what is shown of a conversation; the ending of the path says how.

    Raises:
        WorkbenchError: the ending is another one, there is such a file already, or it cannot be written.
    """
    require_free(path)
    text = markdown_of(conversation) if path.suffix == ".md" else json_of(conversation)
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


def markdown_of(conversation: SavedConversation) -> str:
    """The conversation to read."""
    weights = " + ".join(filter(None, (conversation.model, conversation.adapter, conversation.llava)))
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(conversation.started))
    parts = [f"# {conversation.title}", f"{weights} · {started}"]
    if conversation.system:
        parts += ["## " + _("System text"), conversation.system]
    for turn in conversation.turns:
        parts += [f"## {_heading(turn)}", *(f"![]({image})" for image in turn.images), _body(turn)]
    return "\n\n".join(parts) + "\n"


def json_of(conversation: SavedConversation) -> str:
    """The conversation with its settings, as JSON."""
    system = [{"role": "system", "content": conversation.system}] if conversation.system else []
    described: dict[str, Any] = {
        "model": conversation.model,
        "adapter": conversation.adapter,
        "llava": conversation.llava,
        "prompt_template": conversation.prompt_template,
        "started": conversation.started,
        "settings": conversation.settings.model_dump(),
        "messages": [
            *system,
            *(turn.model_dump(exclude_defaults=True, exclude={"figures"}) for turn in conversation.turns),
        ],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _heading(turn: ChatTurn) -> str:
    if turn.role == "tool":
        return _("Tool: {name}").format(name=turn.tool or "?")
    return _("You") if turn.role == "user" else _("Model")


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
