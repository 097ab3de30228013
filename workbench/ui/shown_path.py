"""Paths as a person reads them. No Textual here."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len, set_cell_size

from workbench.text import printable


def shown_path(path: Path, project: Path | None = None) -> str:
    """A path as seen from the project if it lies in it, else with ``~`` for the user's own folder."""
    if project is not None and path.is_relative_to(project):
        return printable(str(path.relative_to(project)))
    try:
        return printable(str("~" / path.relative_to(Path.home())))
    except (ValueError, RuntimeError):  # elsewhere, or a user without a home
        return printable(str(path))


def end_of(path: str, cells: int) -> str:
    """A path that is longer than so many cells without its beginning: its end tells it from others."""
    while cell_len(path) > cells:
        path = "…" + path[2:]
    return path


def without_middle(name: str, cells: int) -> str:
    """A name that is longer than so many cells without some of its middle: both its ends tell it from others."""
    if cell_len(name) <= cells:
        return name
    end = end_of(name, cells // 2 + 1)
    return set_cell_size(name, cells - cell_len(end)) + end


def without_middles(text: str, joint: str, cells: int) -> str:
    """What is longer than so many cells with each side of its first joint shortened by itself, the shorter one less."""
    left, sign, right = text.partition(joint)
    room = cells - cell_len(sign)
    if not sign or cell_len(text) <= cells or room < 2:
        return without_middle(text, cells)
    for_left = max(min(cell_len(left), room // 2), room - cell_len(right))
    return without_middle(left, for_left) + sign + without_middle(right, room - for_left)
