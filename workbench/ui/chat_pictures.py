"""Pictures in a message that is being written. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.chat.given_picture import IMAGE_COMMAND
from workbench.text import printable


def path_being_typed(line: str) -> str | None:
    """The path in a line ``/image PATH``; None in any other line."""
    command, blank, rest = line.lstrip().partition(" ")
    return rest if command == IMAGE_COMMAND and blank else None


def picture_name(picture: str) -> str:
    """A short name of a picture, safe to print."""
    return printable(Path(picture).name or picture).replace("\n", " ")
