"""A malformed file and what must be said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Error = tuple[str, str]
"""The place behind the file's name (``:3:input``, or empty) and a part of the sentence."""


@dataclass(frozen=True)
class Case:
    """One file.

    Args:
        content: its bytes, or what makes it at a path.
        errors: what must be said of single rows, in order.
        good: how many rows must be read.
        fails: what must be said of the whole file; its rows are read until then.
        format: a name of `workbench.data.formats`.
    """

    name: str
    file: str
    content: bytes | Callable[[Path], object]
    errors: tuple[Error, ...] = ()
    good: int = 0
    fails: Error | None = None
    format: str = "auto"

    def make(self, folder: Path) -> Path:
        """Put the file into a folder."""
        path = folder / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)
        return path


GOOD = {"input": "1+1?", "output": "2"}
GOOD_LINE = json.dumps(GOOD).encode() + b"\n"


def lines(*rows: Any) -> bytes:
    """Rows as JSON Lines; what is bytes already stays as it is."""
    return b"".join(
        row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows
    )


def json_list(*rows: Any) -> bytes:
    """Rows as one JSON list; what is bytes already stays as it is."""
    return b"[" + b",\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows) + b"]"
