"""Text that came from a model, a file or a program: made safe to print."""

from __future__ import annotations

import unicodedata

_KEPT = {"\n", "\t"}


def printable(text: str) -> str:
    """The text without control and escape characters, which could move the cursor or change the terminal.

    Line breaks and tabs stay; so do joiners and other format characters that scripts need, but not the
    bidirectional overrides, which can make text read other than it is.
    """
    return "".join(char for char in text if char in _KEPT or not _is_control(char))


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
