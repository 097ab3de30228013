"""Conversations on disk: one JSON file each in the project's ``chats`` folder, saved after every turn."""

from __future__ import annotations

import time
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from workbench.chat.protocol import GenerationSettings
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _

CHATS_FOLDER = "chats"


class SavedConversation(BaseModel):
    """A conversation with everything needed to go on with it."""

    started: float = Field(default_factory=time.time)
    model: str
    adapter: str | None = None
    llava: str | None = None
    visual_encoder: str | None = None
    visual_select_layer: int | None = None
    prompt_template: str | None = None
    system: str = ""
    settings: GenerationSettings = GenerationSettings()
    turns: list[ChatTurn] = []

    @property
    def title(self) -> str:
        """The first question, on one line."""
        first = next((turn.content for turn in self.turns if turn.role == "user"), "")
        return " ".join(first.split())[:60]

    @property
    def file_name(self) -> str:
        """A name that sorts by time."""
        stamp = time.strftime("%Y%m%d_%H%M%S", time.localtime(self.started))
        return f"{stamp}_{int(self.started * 1000) % 1000:03d}.json"


def save_conversation(project: Path, conversation: SavedConversation) -> Path:
    """Write the conversation whole, or leave the earlier file as it was.

    Raises:
        WorkbenchError: the project folder cannot be written.
    """
    path = project / CHATS_FOLDER / conversation.file_name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, conversation.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise WorkbenchError(
            _("The conversation cannot be saved: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    return path


def saved_conversations(project: Path) -> list[tuple[Path, SavedConversation]]:
    """The project's conversations, newest first; files that are no conversation are passed over."""
    found = []
    for path in sorted((project / CHATS_FOLDER).glob("*.json"), reverse=True):
        try:
            found.append((path, SavedConversation.model_validate_json(path.read_bytes())))
        except (OSError, ValidationError):
            continue
    return found
