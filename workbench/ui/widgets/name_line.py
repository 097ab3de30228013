"""A name on one line of whatever width: where it is too long, it loses some of its middle."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from workbench.text import printable
from workbench.ui.shown_path import without_middle, without_middles


class NameLine(Widget):
    """Names of jobs and checkpoints begin alike and differ at their ends, so both ends are kept.

    Args:
        joint: what joins two texts, each of which keeps both its ends.
    """

    DEFAULT_CSS = "NameLine { height: 1; width: 1fr; }"

    def __init__(self, name: str = "", *, joint: str = "", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._text, self._joint = printable(name), joint

    def tell(self, name: str) -> None:
        """Show another one."""
        self._text = printable(name)
        self.refresh()

    def render(self) -> Content:
        width = self.content_size.width
        shown = without_middles(self._text, self._joint, width) if self._joint else without_middle(self._text, width)
        return Content(shown)
