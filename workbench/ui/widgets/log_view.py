"""The end of a job's log, as it grows."""

from __future__ import annotations

import time
from typing import Self

from textual.widgets import Log

from workbench.text import printable

_MOST_LINES = 2000
_SECONDS_BETWEEN_PAINTS = 1.9


class LogView(Log):
    """Appended only while it can be seen, and at most every other second: each time all of it is painted again.

    It has no horizontal scroll bar, as painting that takes four times the bytes of the text; arrow keys still scroll.
    """

    DEFAULT_CSS = "LogView { scrollbar-size-horizontal: 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(max_lines=_MOST_LINES, auto_scroll=True, id=id)
        self._waiting: list[str] = []
        self._painted_at = 0.0

    def append(self, lines: list[str]) -> None:
        """Add lines of a program's output, without their control characters; call it again soon, also with none."""
        self._waiting += lines
        now = time.monotonic()
        if self._waiting and now - self._painted_at >= _SECONDS_BETWEEN_PAINTS:
            self.write_lines([printable(line) for line in self._waiting])
            self._waiting, self._painted_at = [], now

    def clear(self) -> Self:
        """Show nothing, until lines of another log are appended."""
        self._waiting, self._painted_at = [], 0.0
        return super().clear()
