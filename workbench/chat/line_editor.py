"""A message typed on a terminal: the line can be edited, earlier ones come back with the arrow up."""

from __future__ import annotations

import locale
import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import FrameType
from typing import NoReturn, TextIO

_LONGEST_LINE = 4095
"""Bytes. A terminal that edits lines by itself keeps no more of one, and says nothing of the rest."""


class LineCutError(Exception):
    """The terminal has thrown the end of a line away."""


def can_edit(stream: TextIO) -> bool:
    """Whether what is typed there can be edited: both ends are a terminal, and Python has readline for its letters."""
    is_seen = sys.stdout.isatty() or sys.stderr.isatty()
    return stream is sys.stdin and stream.isatty() and is_seen and _has_editor()


def typed_line(stream: TextIO, prompt: str) -> str:
    """A line with its end; of several lines if it was pasted so, or alt+enter was pressed. Empty at the end.

    Editing is the business of GNU readline, where Python has it and what is printed goes to the terminal too.

    Raises:
        LineCutError: it is without readline, and too long for the terminal.
        KeyboardInterrupt: ctrl+c was pressed.
    """
    if can_edit(stream):
        with _ending_when_asked(), _on_the_terminal():
            try:
                return f"{input(prompt)}\n"
            except EOFError:
                return ""
    print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201
    line = stream.readline()
    if len(line.rstrip("\n").encode(errors="surrogateescape")) >= _LONGEST_LINE:
        raise LineCutError
    return line


def forget_typed(stream: TextIO) -> None:
    """Throw away what was typed and not read yet: it is no answer to a question that could not be seen then."""
    with suppress(OSError, ValueError, termios.error):  # where it is no terminal
        termios.tcflush(stream.fileno(), termios.TCIFLUSH)


@cache
def _has_editor() -> bool:
    if not _reads_letters():
        return False
    with suppress(ImportError):
        import readline

        if os.environ.get("TERM", "dumb") != "dumb":
            readline.parse_and_bind("set enable-bracketed-paste on")
        readline.parse_and_bind(r'"\e\C-m": "\C-v\C-j"')
        return True
    return False


def _reads_letters() -> bool:
    """Whether readline, which goes by the locale, takes UTF-8 for letters; asked for C, or one that is not there, it does not.

    It is given another one then, if the machine has it.
    """
    if locale.nl_langinfo(locale.CODESET) != "ANSI_X3.4-1968":
        return True
    with suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        os.environ["LC_ALL"] = "C.UTF-8"
        return True
    return False


@contextmanager
def _on_the_terminal() -> Iterator[None]:
    """What is printed goes to the terminal for as long as a line is typed, be it sent elsewhere otherwise."""
    if sys.stdout.isatty():
        yield
        return
    sys.stdout.flush()
    elsewhere = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(elsewhere, 1)
        os.close(elsewhere)


@contextmanager
def _ending_when_asked() -> Iterator[None]:
    """A request to end leaves the terminal as it was before the line."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    heard = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)
