"""Reading text files of the project folder."""

from __future__ import annotations

import os
import stat
from codecs import getincrementaldecoder
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.agent.tools.settings import ToolError, ToolSettings

_MOST_LINES = 200
_MOST_BYTES = 16_000
_WITHIN_CHARACTER = bytes(range(0x80, 0xC0))
"""Bytes that begin no character."""


def run(arguments: dict[str, Any], settings: ToolSettings) -> str:
    """Some lines of a file, and how to read on if there are more.

    Raises:
        ToolError: it is not there, no text, hidden, or lies outside the project folder, links followed.
    """
    project = settings.project.resolve()
    try:
        path = (project / arguments["path"]).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise ToolError("no such file") from error
    if not path.is_relative_to(project):
        raise ToolError("the file is outside the project folder")
    if any(part.startswith(".") for part in path.relative_to(project).parts):
        raise ToolError("hidden files are not read")
    first = max(arguments.get("first_line", 1), 1)
    try:
        with os.fdopen(_opened(path), "rb") as stream:
            lines = list(islice(iter(lambda: stream.readline(_MOST_BYTES), b""), first - 1, first + _MOST_LINES))
    except OSError as error:
        raise ToolError(f"the file cannot be read: {error.strerror}") from error
    return _shown(lines, first)


def _opened(path: Path) -> int:
    """The open file, if it is an ordinary one; nothing is waited for, no link is followed any more."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return descriptor
    os.close(descriptor)
    raise ToolError("it is a folder; name a file" if stat.S_ISDIR(kind) else "it is no ordinary file")


def _shown(lines: list[bytes], first: int) -> str:
    shown: list[bytes] = []
    for line in lines[:_MOST_LINES]:
        if shown and sum(map(len, shown)) + len(line) > _MOST_BYTES:
            break
        shown.append(line[:_MOST_BYTES])
    text = b"".join(shown)
    if b"\0" in text:
        raise ToolError("it is no text file")
    if first > 1:
        text = text.lstrip(_WITHIN_CHARACTER)  # a very long line comes in pieces
    try:
        told = getincrementaldecoder("utf-8")().decode(text)  # which leaves half a character at the end out
    except UnicodeDecodeError as error:
        raise ToolError("it is no UTF-8 text") from error
    if len(shown) < len(lines):
        told = f"{told.rstrip()}\n[more: go on with first_line {first + len(shown)}]"
    return told or "[nothing]"
