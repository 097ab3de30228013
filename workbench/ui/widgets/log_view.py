"""The end of a job's log, as it grows."""

from __future__ import annotations

from textual.widgets import Log

from workbench.text import printable

_MOST_LINES = 2000


class LogView(Log):
    """Appended at most twice a second, and only while it can be seen: each append repaints all of it (13 KB)."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(max_lines=_MOST_LINES, auto_scroll=True, id=id)

    def append(self, lines: list[str]) -> None:
        """Add lines of a program's output, without their control characters."""
        if lines:
            self.write_lines([printable(line) for line in lines])
