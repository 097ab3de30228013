"""Lines that come in on a plain terminal or through a pipe, and what is said beside the answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TextIO

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


def tell(text: str, end: str = "\n") -> None:
    """Say something that is no part of an answer."""
    print(text, end=end, file=sys.stderr, flush=True)  # noqa: T201
