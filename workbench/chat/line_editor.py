"""A message typed on a terminal: the line can be edited, earlier ones come back with the arrow up."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn, TextIO

_LONGEST_LINE = 4095
"""Bytes. A terminal that edits lines by itself keeps no more of one, and says nothing of the rest."""


class LineCutError(Exception):
    """The terminal has thrown the end of a line away."""


def typed_line(stream: TextIO, prompt: str) -> str:
    """A line with its end; of several lines if it was pasted so, or alt+enter was pressed. Empty at the end.

    Editing is the business of GNU readline, where Python has it and what is printed goes to the terminal too.

    Raises:
        LineCutError: it is without readline, and too long for the terminal.
        KeyboardInterrupt: ctrl+c was pressed.
    """
    if stream is sys.stdin and sys.stdout.isatty() and has_editor():
        with _ending_when_asked():
            try:
                return f"{input(prompt)}\n"
            except EOFError:
                return ""
    print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201
    line = stream.readline()
    if len(line.rstrip("\n").encode(errors="surrogateescape")) >= _LONGEST_LINE:
        raise LineCutError
    return line


def has_editor() -> bool:
    with suppress(ImportError):
        import readline

        readline.parse_and_bind("set enable-bracketed-paste on")
        readline.parse_and_bind(r'"\e\C-m": "\C-v\C-j"')
        return True
    return False


@contextmanager
def _ending_when_asked() -> Iterator[None]:
    """A request to end leaves the terminal as it was before the line."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    before = signal.getsignal(signal.SIGTERM)
    if before is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
