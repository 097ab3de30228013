"""Lines for a terminal, where a Chinese character takes two cells and a line may end behind it."""

from __future__ import annotations

from collections.abc import Iterator

_NO_BEGINNING = frozenset("，。：；、？！）》”’ ")


def wrapped(text: str, *, indent: str, width: int = 80) -> Iterator[str]:
    """Lines of at most ``width`` cells, broken at blanks or between wide characters; a longer word stays whole.

    Args:
        indent: what all lines but the first begin with.
    """
    from rich.cells import cell_len

    line = ""
    for piece in _pieces(text):
        if line.strip() and cell_len(line) + cell_len(piece.rstrip()) > width:
            yield line.rstrip()
            line = indent + piece.lstrip()
        else:
            line += piece
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """The text in the pieces between which a line may break: behind blanks, and behind wide characters."""
    from rich.cells import cell_len

    piece = ""
    for char, following in zip(text, [*text[1:], ""], strict=False):
        piece += char
        if char == " " or (cell_len(char) == 2 and following not in _NO_BEGINNING):
            yield piece
            piece = ""
    yield piece
