"""A line that stands for more text, which a key shows under it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.events import Click
from textual.widgets import Static

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.widgets.name_line import NameLine

_FOLDED, _UNFOLDED = "▸", "▾"
RESULT = " → "
"""In a title, between what was done and what came of it."""
_MOST_CHARACTERS = 20_000
"""Painted of one text; more would make the keys slow."""


class Folded(VerticalGroup):
    """A title, and a text that is hidden at first. Both are plain text, whatever stands in them."""

    DEFAULT_CSS = """
    Folded {
        color: $text-muted;
        Static { padding: 0 0 0 2; display: none; }
        &.-unfolded Static { display: block; }
        &.-failed NameLine { color: $text-error; }
    }
    """

    def __init__(self, title: str, text: str, *, failed: bool = False) -> None:
        super().__init__()
        self._title, self._text = title, text
        self.set_class(failed, "-failed")

    def compose(self) -> ComposeResult:
        yield NameLine(self._line, joint=RESULT)
        yield Static(shortened(self._text), markup=False)

    @property
    def _line(self) -> str:
        return f"{_UNFOLDED if self.is_unfolded else _FOLDED} {self._title}"

    @property
    def is_unfolded(self) -> bool:
        """Whether the text is shown."""
        return self.has_class("-unfolded")

    def tell(self, title: str, text: str, *, failed: bool = False) -> None:
        """Stand for another text."""
        self._title = title
        self.set_class(failed, "-failed")
        self.query_one(NameLine).tell(self._line)
        if text != self._text:
            self._text = text
            self.query_one(Static).update(shortened(text))

    def unfold(self, *, unfolded: bool) -> None:
        """Show the text, or hide it."""
        self.set_class(unfolded, "-unfolded")
        self.query_one(NameLine).tell(self._line)

    def on_click(self, event: Click) -> None:
        event.stop()
        self.unfold(unfolded=not self.is_unfolded)


def shortened(text: str, most: int = _MOST_CHARACTERS) -> str:
    """A text safe to paint; of a long one the beginning, and how much is left out."""
    if len(text) <= most:
        return printable(text)
    rest = _("… and {count} more characters.").format(count=len(text) - most)
    return f"{printable(text[:most])}\n{rest}"
