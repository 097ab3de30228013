"""A growing text in pieces of which only the last ones change, so that showing more costs the same however long it is."""

from __future__ import annotations

from collections.abc import Iterator

_PIECE = 600
"""Characters of a piece, about a dozen lines of a column, unless a line of the text is longer."""
_LONGEST_LINE = 6_000
"""Characters; a longer line is cut between two words, though it would go on there."""


def in_pieces(text: str) -> Iterator[str]:
    """The text cut at line breaks, or else, if they are far apart, at spaces; more of it only changes the last piece, or adds others."""
    start = 0
    while len(text) - start > 2 * _PIECE:
        near, far = start + _PIECE, start + _LONGEST_LINE
        end = text.rfind("\n", start, near) + 1 or text.find("\n", near, far) + 1
        if not end and len(text) <= far:
            break
        end = end or text.rfind(" ", start, far) + 1 or far
        yield text[start:end].removesuffix("\n")
        start = end
    yield text[start:]
