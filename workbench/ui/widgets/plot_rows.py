"""Rows of a plot: characters with a layer of paint each, and which cells of two rows differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from rich.cells import cell_len, set_cell_size

from workbench.i18n import _
from workbench.ui.widgets.axes import linear_ticks
from workbench.ui.widgets.plot_columns import Window

AXIS, RAW, RUN = 0, 1, 2
"""Layers of paint; run number n has layer ``RUN`` + n."""
VALIDATION, OVERFITTED = 90, 91
CURSOR = 100
RUN_COLOURS = 6
LABEL_WIDTH = 9
"""Cells left of the vertical axis."""
_CELLS_PER_X_TICK = 12


@dataclass(frozen=True)
class PlotRow:
    """A row of text with the layer of each stretch."""

    pieces: tuple[tuple[str, int], ...]

    @property
    def layers_used(self) -> set[int]:
        return {layer for _text, layer in self.pieces}

    @cached_property
    def cells(self) -> list[tuple[str, int]] | None:
        """Each cell with its layer; None if some characters are two cells wide."""
        cells = [(char, layer) for text, layer in self.pieces for char in text]
        return cells if cell_len("".join(char for char, _layer in cells)) == len(cells) else None

    def difference(self, other: PlotRow) -> tuple[int, int] | None:
        """The first and one past the last cell that differ from another row; None if none does."""
        if self.pieces == other.pieces:
            return None
        new, old = self.cells, other.cells
        if new is None or old is None or len(new) != len(old):
            return 0, max(self.width, other.width)
        differing = [index for index, (one, another) in enumerate(zip(new, old, strict=True)) if one != another]
        return (differing[0], differing[-1] + 1) if differing else None

    @cached_property
    def width(self) -> int:
        return sum(cell_len(text) for text, _layer in self.pieces)


def text_row(text: str, width: int) -> PlotRow:
    """A row of plain text, cut or filled to the width."""
    return PlotRow(((set_cell_size(text, width), AXIS),))


def joined(cells: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Cells of one layer next to each other as one piece."""
    for layer, group in groupby(cells, key=lambda cell: cell[1]):
        yield "".join(char for char, _layer in group), layer


def bottom_rows(window: Window, plot_width: int) -> list[PlotRow]:
    """The horizontal axis and its numbers; the last stretch is labelled with what they count."""
    line, numbers = ["─"] * plot_width, [" "] * plot_width
    free_from = 0
    for tick in linear_ticks(window.first, window.last, max(plot_width // _CELLS_PER_X_TICK, 1)):
        if tick != int(tick):
            continue
        x = window.column(tick, plot_width * 2) >> 1
        text = str(int(tick))
        begin = min(max(x - len(text) // 2, 0), plot_width - len(text))
        line[x] = "┴"
        if begin >= free_from:
            numbers[begin : begin + len(text)] = text
            free_from = begin + len(text) + 1
    unit = set_cell_size(_("iteration"), LABEL_WIDTH)
    return [
        PlotRow(((" " * LABEL_WIDTH + "└" + "".join(line), AXIS),)),
        PlotRow(((unit + " " + "".join(numbers), AXIS),)),
    ]


def filled(pieces: list[tuple[str, int]], width: int) -> Iterator[tuple[str, int]]:
    """The pieces that fit, filled up with blanks to the whole width."""
    left = width
    for text, layer in pieces:
        if left <= 0:
            return
        shown = set_cell_size(text, min(cell_len(text), left))
        left -= cell_len(shown)
        yield shown, layer
    if left > 0:
        yield " " * left, AXIS
