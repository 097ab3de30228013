"""Lines that come in on a plain terminal or through a pipe, and what is said beside the answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TextIO

from workbench.chat.line_editor import LineCutError, typed_line
from workbench.errors import WorkbenchError
from workbench.i18n import _


def typed_lines(stream: TextIO) -> Iterator[str]:
    """Lines with something in them, up to the end or ``EXIT``; a person is asked for each, and ctrl+c ends none."""
    begin = "\ufeff"  # the mark that some programs put before a text
    while True:
        try:
            line = _typed_by_hand(stream) if stream.isatty() else stream.readline().removeprefix(begin)
            begin = ""
        except KeyboardInterrupt:
            tell("\n" + _("EXIT or ctrl+d ends the chat."))
            continue
        except LineCutError:
            tell(_("The terminal has cut this line, so it was not sent. Send long texts through a pipe."))
            continue
        if not line or line.strip() == "EXIT":
            return
        if line.strip():
            yield line.strip()


def _typed_by_hand(stream: TextIO) -> str:
    tell("")
    return typed_line(stream, ">>> ")


def require_text(text: str, where: str = "") -> str:
    """The text, unless it came in bytes that are no UTF-8.

    Raises:
        WorkbenchError: it did.
    """
    if text.isascii() or text.encode(errors="replace").decode() == text:
        return text
    raise WorkbenchError(
        _("This is no text in UTF-8."), where=where or None, fix=_("Convert it first: iconv -f GBK -t UTF-8.")
    )


def tell(text: str, end: str = "\n") -> None:
    """Say something that is no part of an answer."""
    print(text, end=end, file=sys.stderr, flush=True)  # noqa: T201
