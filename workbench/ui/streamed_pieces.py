"""A growing text in pieces of which only the last ones change, so that showing more costs the same however long it is."""

from __future__ import annotations

from collections.abc import Iterator

_PIECE = 600
"""Characters of a piece at most; about a dozen lines of a column."""


def in_pieces(text: str) -> Iterator[str]:
    """The text cut at line breaks, or else at spaces; more of it only changes the last piece, or adds others."""
    start = 0
    while len(text) - start > 2 * _PIECE:
        window = text[start : start + _PIECE]
        end = window.rfind("\n") + 1 or window.rfind(" ") + 1 or _PIECE
        yield window[:end].removesuffix("\n")
        start += end
    yield text[start:]
