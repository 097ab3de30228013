"""Ordinary dialogue beside rows of identity, so that a model keeps talking about other things than its name."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.data.conversation import Conversation
from workbench.data.files import data_files
from workbench.data.identity.answers import Persona
from workbench.data.read import read_file
from workbench.data.transform.targets import BY_NAME
from workbench.errors import WorkbenchError
from workbench.i18n import _

Row = dict[str, Any]


def ordinary_rows(mix: Path, count: int, draw: random.Random) -> tuple[list[Row], int]:
    """Rows of the file in a drawn order, begun anew when they are used up; and how many rows are no dialogue.

    Raises:
        WorkbenchError: the file is missing or damaged, or holds no dialogue.
    """
    if not mix.exists():
        raise WorkbenchError(
            _("The file to mix in does not exist."),
            where=str(mix),
            fix=_("Check its path; sample:general_dialogue.json comes with workbench."),
        )
    samples = [row.sample for file in data_files(str(mix)) for row in read_file(file).rows]
    known = [
        sample for sample in samples if isinstance(sample, Conversation) and not sample.is_empty and not sample.plain
    ]
    if not known:
        raise WorkbenchError(_("There is no dialogue to mix in."), where=str(mix))
    drawn: list[Row] = []
    while len(drawn) < count:
        draw.shuffle(known)
        drawn += [_messages(conversation) for conversation in known[: count - len(drawn)]]
    return drawn, len(samples) - len(known)


def under_systems(ordinary: list[Row], personas: Sequence[Persona]) -> list[Row]:
    """Ordinary rows without a system text get those of the personas in turn.

    A system text that stood before questions of identity only would make every answer under it one about the name.
    """
    systems = list(dict.fromkeys(["", *(persona.system for persona in personas)]))
    return [_with_system(row, systems[number % len(systems)]) for number, row in enumerate(ordinary)]


def _with_system(row: Row, system: str) -> Row:
    if not system or any(message["role"] == "system" for message in row["messages"]):
        return row
    return {**row, "messages": [{"role": "system", "content": system}, *row["messages"]]}


def _messages(conversation: Conversation) -> Row:
    return BY_NAME["openai"].row(conversation, 1) or {}
