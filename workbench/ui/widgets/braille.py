"""A canvas of braille dots: 2 × 4 dots to a character cell, one layer of paint to a cell."""

from __future__ import annotations

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800


class BrailleCanvas:
    """Dots addressed by column and row from the top left; ``width`` and ``height`` count character cells.

    A cell shows one layer only: a later layer that draws into a cell takes it over and clears what was there, so
    that a line keeps a margin around it and stands out without colour.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._dots = [[0] * width for _ in range(height)]
        self._layers = [bytearray(width) for _ in range(height)]

    @property
    def dot_columns(self) -> int:
        return self.width * 2

    @property
    def dot_rows(self) -> int:
        return self.height * 4

    def dot(self, column: int, row: int, layer: int) -> None:
        """Set one dot; outside the canvas nothing happens."""
        self.bar(column, row, row, layer)

    def bar(self, column: int, top: int, bottom: int, layer: int) -> None:
        """Set the dots of one column from ``top`` to ``bottom``, both included."""
        if not 0 <= column < self.dot_columns:
            return
        x, side = column >> 1, column & 1
        for row in range(max(top, 0), min(bottom, self.dot_rows - 1) + 1):
            y = row >> 2
            if self._layers[y][x] != layer:
                self._layers[y][x] = layer
                self._dots[y][x] = 0
            self._dots[y][x] |= _DOTS[row & 3][side]

    def line(self, start: tuple[int, int], end: tuple[int, int], layer: int) -> None:
        """Join two dots ``(column, row)`` from left to right, without gaps."""
        (x0, y0), (x1, y1) = start, end
        if x1 == x0:
            self.bar(x0, min(y0, y1), max(y0, y1), layer)
            return
        previous = y0
        for column in range(max(x0, 0), min(x1, self.dot_columns - 1) + 1):
            row = y0 + round((y1 - y0) * (column - x0) / (x1 - x0))
            step = previous + (row > previous) - (row < previous)
            self.bar(column, min(step, row), max(step, row), layer)
            previous = row

    def row_text(self, y: int) -> str:
        """The characters of a row; empty cells are spaces."""
        return "".join(chr(_BLANK + dots) if dots else " " for dots in self._dots[y])

    def row_layers(self, y: int) -> bytes:
        """The layer of each cell of a row; 0 where nothing was drawn."""
        return bytes(self._layers[y])
