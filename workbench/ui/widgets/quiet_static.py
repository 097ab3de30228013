"""A text that sends nothing to the terminal when it is told what it already shows."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from workbench.ui.hanging import Hanging


class QuietStatic(Static):
    """A `Static` for texts that are looked at often and change seldom; hidden while it has none.

    The first tab of a line marks the column under which the line goes on when it is wrapped.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes, markup=False)
        self._text = Content("")
        self.display = False

    @property
    def text(self) -> Content:
        """What is shown."""
        return self._text

    def tell(self, text: str | Content | None) -> None:
        """Show a text, if it is another one than before."""
        content = text if isinstance(text, Content) else Content(text or "")
        if content.is_same(self._text):
            return
        self._text = content
        self.display = bool(content.plain)
        self.update(Hanging(content))
