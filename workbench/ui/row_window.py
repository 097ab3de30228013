"""The part of the rows that a table holds: it moves with the cursor over data of any size. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.ui.dataset_rows import ROWS_A_PAGE, Page, RowLine

_MOST_ROWS = 3 * ROWS_A_PAGE
_NEAR_AN_END = 200


@dataclass
class RowWindow:
    """Rows that follow each other. ``start``: the position of the first one, counted from 0."""

    start: int = 0
    lines: list[RowLine] = field(default_factory=list)
    is_last: bool = True

    @property
    def end(self) -> int:
        """The position behind the last row."""
        return self.start + len(self.lines)

    def is_beside(self, start: int, page: Page) -> bool:
        """Whether a page follows the rows, or they follow it."""
        return start in (self.end, self.start - len(page.lines))

    def take(self, start: int, page: Page) -> None:
        """Put a page behind or before the rows, or in their place if it is from elsewhere."""
        if self.lines and start == self.end:
            self.lines += page.lines
            self.is_last = page.is_last
            surplus = max(len(self.lines) - _MOST_ROWS, 0)
            self.start, self.lines = self.start + surplus, self.lines[surplus:]
        elif self.lines and start + len(page.lines) == self.start:
            self.start, self.lines = start, page.lines + self.lines
            self.is_last = self.is_last and len(self.lines) <= _MOST_ROWS
            del self.lines[_MOST_ROWS:]
        else:
            self.start, self.lines, self.is_last = start, list(page.lines), page.is_last

    def to_read(self, cursor: int) -> tuple[int, int] | None:
        """Start and length of the page to read when the cursor stands on this line; None if there is enough."""
        if cursor >= len(self.lines) - _NEAR_AN_END and not self.is_last:
            return self.end, ROWS_A_PAGE
        if cursor < _NEAR_AN_END and self.start > 0:
            first = max(self.start - ROWS_A_PAGE, 0)
            return first, self.start - first
        return None


def start_around(position: int) -> int:
    """Where to begin reading so that a row has others around it."""
    return max(position - ROWS_A_PAGE // 2, 0)
