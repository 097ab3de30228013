"""Conversations on disk: one JSON file each in the project's ``chats`` folder, saved after every turn."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PrivateAttr, ValidationError

from workbench.chat.agent_choice import AgentChoice
from workbench.chat.branches import Branched
from workbench.chat.comparison import Compared
from workbench.chat.protocol import GenerationSettings, Precision
from workbench.chat.told import Told
from workbench.errors import WorkbenchError, system_reason
from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.i18n import _

CHATS_FOLDER = "chats"
_NEXT_FILE_SECONDS = 0.001
"""Names of files tell conversations apart that began so long after each other."""
_Stamp = tuple[int, int]
"""Time of change in nanoseconds, and bytes."""


class SavedConversation(Branched):
    """A conversation with everything needed to go on with it.

    ``unseen_turns``: so many of the oldest turns were not in the model's view at the last answer. ``compared``: what
    it stands beside. ``told``: all that models were told beside the turns, as figures of answers name it.
    """

    started: float = Field(default_factory=time.time)
    model: str
    adapter: str | None = None
    llava: str | None = None
    visual_encoder: str | None = None
    visual_select_layer: int | None = None
    prompt_template: str | None = None
    bits: Literal[4, 8] | None = None
    precision: Precision = "auto"
    offload_folder: str | None = None
    compile: bool = False
    system: str = ""
    settings: GenerationSettings = GenerationSettings()
    agent: AgentChoice = AgentChoice()
    unseen_turns: int = 0
    compared: Compared | None = None
    told: list[Told] = Field(default_factory=list)
    _stamp: _Stamp | None = PrivateAttr(default=None)

    @property
    def is_on_disk(self) -> bool:
        """Whether it was read or written."""
        return self._stamp is not None

    @property
    def title(self) -> str:
        """The first question, on one line."""
        first = next((turn.content for turn in self.turns if turn.role == "user"), "")
        return " ".join(first[:200].split())[:60]

    @property
    def file_name(self) -> str:
        """A name that sorts by time."""
        stamp = time.strftime("%Y%m%d_%H%M%S", time.localtime(self.started))
        return f"{stamp}_{int(self.started * 1000) % 1000:03d}.json"

    def says(self, words: str) -> bool:
        """Whether every one of some words stands in what is shown of it, in small letters or large."""
        return all(any(turn.says(word) for turn in self.turns) for word in words.casefold().split())

    @classmethod
    def read(cls, path: Path) -> Self:
        """The conversation of a file.

        Raises:
            OSError, ValidationError: it cannot be read, or is none.
        """
        with path.open("rb") as stream:
            found = cls.model_validate_json(stream.read())
            found._stamp = _stamp(os.fstat(stream.fileno()))
        return found


def save_conversation(project: Path, conversation: SavedConversation) -> Path:
    """Write the conversation whole, or leave the earlier file as it was.

    If another program has written to its file since this one did, it gets a file of its own, so that neither is lost.

    Raises:
        WorkbenchError: the project folder cannot be written.
    """
    folder = project / CHATS_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            while _is_of_another(folder / conversation.file_name, conversation):
                conversation.started += _NEXT_FILE_SECONDS
                conversation._stamp = None
            path = folder / conversation.file_name
            write_atomic(path, conversation.model_dump_json(indent=1) + "\n")
            conversation._stamp = _stamp(path.stat())
    except OSError as error:
        raise WorkbenchError(
            _("The conversation cannot be saved: {reason}").format(reason=system_reason(error)),
            where=str(folder / conversation.file_name),
        ) from error
    return path


def saved_conversations(project: Path) -> list[tuple[Path, SavedConversation]]:
    """The project's conversations, newest first; files that are no conversation are passed over."""
    return saved_and_damaged(project)[0]


def saved_and_damaged(project: Path) -> tuple[list[tuple[Path, SavedConversation]], list[Path]]:
    """The project's conversations, newest first, and the files beside them that cannot be read as such."""
    found: list[tuple[Path, SavedConversation]] = []
    damaged: list[Path] = []
    for path in sorted((project / CHATS_FOLDER).glob("*.json"), reverse=True):
        try:
            read = SavedConversation.read(path)
        except (OSError, ValidationError):
            damaged.append(path)
            continue
        if read.turns or read.forks:  # nothing was said in it where the first message could not be answered
            found.append((path, read))
    return found, damaged


def said_of_damaged(damaged: Sequence[Path]) -> str:
    """What there is to say of files that cannot be read as conversations; empty if there are none."""
    if not damaged:
        return ""
    names = ", ".join(f"{CHATS_FOLDER}/{path.name}" for path in damaged[:3])
    more = ", …" if len(damaged) > 3 else ""
    return _("Not readable as conversations: {count} ({files})").format(count=len(damaged), files=names + more)


def opened_conversations(project: Path, names: Iterable[str]) -> list[SavedConversation]:
    """The project's conversations of these file names, in this order, as far as they can be read."""
    found = []
    for name in names:
        try:
            found.append(SavedConversation.read(project / CHATS_FOLDER / Path(name).name))
        except (OSError, ValidationError):
            continue
    return found


def side_by_side(one: SavedConversation, saved: Iterable[SavedConversation]) -> list[SavedConversation]:
    """A conversation with those that it stands beside, from left to right; of two in one place the first."""
    if one.compared is None:
        return [one]
    columns = {one.compared.column: one}
    for other in saved:
        if other.compared is not None and other.compared.group == one.compared.group:
            columns.setdefault(other.compared.column, other)
    return [columns[number] for number in sorted(columns)]


def _is_of_another(path: Path, conversation: SavedConversation) -> bool:
    try:
        return _stamp(path.stat()) != conversation._stamp
    except FileNotFoundError:
        return False


def _stamp(found: os.stat_result) -> _Stamp:
    return found.st_mtime_ns, found.st_size
