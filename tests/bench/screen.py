"""What a terminal shows, as text: just as much of a terminal as is needed to see what Textual has painted."""

from __future__ import annotations

import codecs
import re
from unicodedata import east_asian_width

_SEQUENCE = re.compile(r"\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]P_].*?(?:\x07|\x1b\\)|\x1b[()].|\x1b[^\[\]P_()]", re.DOTALL)
_FRAME = "?2026"
"""The mode that terminals know as synchronised output: set before a frame, reset when it is complete."""


class Screen:
    """Rows of characters, without colours. ``frames`` counts the complete frames so far."""

    def __init__(self, columns: int, rows: int) -> None:
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._pending = ""
        self.in_frame = False
        self.frames = 0

    @property
    def text(self) -> str:
        """The rows from the top; the second half of a wide character is left out."""
        return "\n".join("".join(row).rstrip() for row in self._cells)

    def feed(self, data: bytes) -> None:
        """Take in what the program wrote; a sequence that is not complete yet waits for its rest."""
        text = self._pending + self._decode(data)
        place = 0
        while (escape := text.find("\x1b", place)) >= 0:
            self._print(text[place:escape])
            sequence = _SEQUENCE.match(text, escape)
            if sequence is None:
                self._pending = text[escape:]
                return
            if sequence[2]:
                self._control(sequence[1], sequence[2])
            place = sequence.end()
        self._print(text[place:])
        self._pending = ""

    def _control(self, parameters: str, final: str) -> None:
        if final == "H":
            row, _semicolon, column = parameters.partition(";")
            self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
        elif final == "J":
            self._cells = [[" "] * len(row) for row in self._cells]
        elif parameters == _FRAME and final in "hl":
            self.in_frame = final == "h"
            self.frames += final == "l"

    def _print(self, text: str) -> None:
        for char in text:
            if char == "\r":
                self._column = 0
            elif char == "\n":
                self._row += 1
            elif char >= " ":
                self._put(char)

    def _put(self, char: str) -> None:
        width = 2 if east_asian_width(char) in "WF" else 1
        if self._row < len(self._cells) and self._column + width <= len(self._cells[self._row]):
            self._cells[self._row][self._column : self._column + width] = [char, ""][:width]
        self._column += width
