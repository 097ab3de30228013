"""Tables of plain text."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_BETWEEN = "  "
_LEAST_CELLS = 6


def aligned(rows: Sequence[tuple[str, ...]], *, width: int | None = None) -> list[str]:
    """Columns padded to their widest cell; a Chinese character is two cells wide.

    Args:
        width: of the whole table, in cells; the widest columns are cut to it.
    """
    from rich.cells import cell_len

    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(rows[0]))]
    if width is not None:
        widths = _narrowed(widths, width - len(_BETWEEN) * (len(widths) - 1))
    return [
        _BETWEEN.join(_fitted(cell, cells) for cell, cells in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is; None if it is none."""
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None


def _narrowed(widths: Sequence[int], most: int) -> list[int]:
    """The widths with the widest made narrower, cell by cell, until they fit or are hardly readable."""
    narrowed = list(widths)
    while sum(narrowed) > most and max(narrowed) > _LEAST_CELLS:
        narrowed[narrowed.index(max(narrowed))] -= 1
    return narrowed


def _fitted(cell: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(cell, width) if cell_len(cell) <= width else set_cell_size(cell, width - 1) + "…"
