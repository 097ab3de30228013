"""Text that came from a model, a file or a program: made safe to print."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

_KEPT = {"\n", "\t"}
_MARKS = {"\u200e", "\u200f", "\u061c"}
"""Invisible, and turn the direction in which text is read."""
_CONTROL_PICTURES = 0x2400
"""Where Unicode has a picture for each of the first 32 control characters."""


def printable(text: str) -> str:
    """The text without control and escape characters, which could move the cursor or change the terminal.

    Line breaks and tabs stay; so do joiners and other format characters that scripts need, but not the
    bidirectional overrides, which can make text read other than it is.
    """
    return "".join(char for char in text if char in _KEPT or not _is_control(char))


def visible(text: str) -> str:
    """The text with a sign in place of each character that `printable` takes away, and of marks of direction."""
    return "".join(
        _sign(char) if char not in _KEPT and (_is_control(char) or char in _MARKS) else char for char in text
    )


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON for people and programs: what `visible` gives a sign for is escaped, all other text as it is."""
    dumped = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(
        f"\\u{ord(char):04x}" if char not in _KEPT and (_is_control(char) or char in _MARKS) else char
        for char in dumped
    )


def _sign(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    return "␡" if char == "\x7f" else f"<U+{code:04X}>"


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
