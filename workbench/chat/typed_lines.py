"""Lines that come in on a plain terminal or through a pipe, and what is said beside the answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TextIO

from workbench.errors import WorkbenchError
from workbench.i18n import _


def typed_lines(stream: TextIO) -> Iterator[str]:
    """Lines with something in them, up to the end or ``EXIT``; a person is asked for each, and ctrl+c ends none."""
    while True:
        if stream.isatty():
            tell("\n>>> ", end="")
        try:
            line = stream.readline()
        except KeyboardInterrupt:
            tell("\n" + _("EXIT or ctrl+d ends the chat."))
            continue
        if not line or line.strip() == "EXIT":
            return
        if line.strip():
            yield line.strip()


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
