"""Where a row stands."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from workbench.data.conversation import Turn


class Place(NamedTuple):
    """A row of a file.

    Args:
        file: its path below the folder that is checked, safe to print.
        number: as the reader counts.
        folders: where its pictures may lie; their names count from the first.
    """

    file: str
    number: int
    folders: tuple[Path, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.number}"

    def at(self, field: str) -> str:
        """The place as ``file:row:field``."""
        return f"{self.file}:{self.number}:{field}"


def turn_field(number: int, turn: Turn) -> str:
    """Where a turn stands in its row; if that is not known, its number from 0 among all turns."""
    return turn.place or f"turns[{number}]"
