"""How pictures are shown in this terminal: by what it is known for, without asking it. No Textual before it is needed.

Asking would write to the terminal, and its answer would be typed into whatever has the focus.
"""

from __future__ import annotations

import fcntl
import io
import os
import struct
import sys
import termios
from collections.abc import Mapping
from functools import cache
from typing import Any

from workbench.i18n import N_
from workbench.preferences import read_preferences
from workbench.ui.terminal import has_sixteen_colours

HALF, KITTY, SIXEL, NAMES = "half", "kitty", "sixel", "names"
WAYS = {
    HALF: N_("half blocks: in every terminal with 256 colours or more"),
    KITTY: N_("kitty's graphics: sharp; kitty and Ghostty have them"),
    SIXEL: N_("sixel: sharp; foot, WezTerm, iTerm2, mlterm and others have it"),
    NAMES: N_("names only: the least to send over a slow line"),
}
_PASSED_ON_BADLY = ("TMUX", "STY", "SSH_CONNECTION")
"""A multiplexer keeps graphics to itself; over a line they are 5 to 10 times as many bytes as half blocks."""
_WITH_SIXEL = {"WezTerm", "iTerm.app", "contour", "mintty"}


def way_here(environment: Mapping[str, str], wanted: str | None) -> str:
    """One of `WAYS`: what the user wants, else what this terminal is known to show well."""
    if wanted in WAYS:
        return wanted
    if has_sixteen_colours(dict(environment)):
        return NAMES
    term = environment.get("TERM", "")
    if any(name in environment for name in _PASSED_ON_BADLY):
        return HALF
    if term in {"xterm-kitty", "xterm-ghostty"}:
        return KITTY
    if environment.get("TERM_PROGRAM") in _WITH_SIXEL or term.startswith(("foot", "mlterm")):
        return SIXEL
    return HALF


def picture_widget() -> type[Any] | None:
    """The widget that shows pictures here; None where only names are shown."""
    return _widget(way_here(os.environ, read_preferences().pictures), _cell_pixels())


@cache
def _widget(way: str, cell: tuple[int, int]) -> type[Any] | None:
    if way == NAMES:
        return None
    widgets = _imported(cell)
    if way == HALF or not all(cell):  # without the size of a cell in pixels a sharp picture would cover its neighbours
        return widgets.HalfcellImage  # type: ignore[no-any-return]
    return widgets.TGPImage if way == KITTY else widgets.SixelImage  # type: ignore[no-any-return]


def _imported(cell: tuple[int, int]) -> Any:
    """The library, imported without its questions to the terminal, and told what a cell measures."""
    if all(cell):
        os.environ.setdefault("TEXTUAL_CELL_WIDTH", str(cell[0]))
        os.environ.setdefault("TEXTUAL_CELL_HEIGHT", str(cell[1]))
    real, sys.__stdout__ = sys.__stdout__, io.StringIO()  # type: ignore[misc,assignment]
    try:
        from textual_image import widget
    finally:
        sys.__stdout__ = real  # type: ignore[misc]
    return widget


@cache
def _cell_pixels() -> tuple[int, int]:
    """Width and height of a cell as the terminal's driver knows them; zeros if it does not."""
    try:
        packed = fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, bytes(8))  # type: ignore[union-attr]
    except (OSError, ValueError, AttributeError):
        return 0, 0
    rows, columns, width, height = struct.unpack("HHHH", packed)
    return (width // columns, height // rows) if rows and columns else (0, 0)
