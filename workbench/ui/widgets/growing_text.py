"""A text that is being written, word by word, without a new layout of the screen for each of them."""

from __future__ import annotations

from textual.content import Content
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from workbench.ui.streamed_pieces import in_pieces

_LEAST_ROOM = 3
"""Rows: an answer of a few words does not push what is above it far up."""


class GrowingText(Widget):
    """Plain text that takes more rows than it fills. While there is room, showing more of it paints the new lines only.

    Where there is none, the end of the text is not seen until `make_room`: whoever has several of them that grow at the same
    time lets all of them make room at once, as each layout of the screen takes longer than a key should.
    """

    DEFAULT_CSS = "GrowingText { width: 1fr; height: 1; }"
    ALLOW_SELECT = False

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._pieces: list[str] = []
        self._lines: list[list[Strip]] = []
        """Of each piece, as wide as the widget was."""
        self._width = 0

    def tell(self, text: str) -> None:
        """Show this text, which goes on where the one before ended."""
        self._text = text
        self._lay_out()

    @property
    def lacks_room(self) -> bool:
        """Whether the end of the text is not seen."""
        return self._count > self.size.height

    def make_room(self, most: int) -> None:
        """Take as many rows as the text has, and some for what comes next: as many again, but ``most`` at most."""
        self.styles.height = self._count + max(min(self._count, most), _LEAST_ROOM)

    def render_line(self, y: int) -> Strip:
        for lines in self._lines:
            if y < len(lines):
                return lines[y]
            y -= len(lines)
        return Strip.blank(self.size.width, self.visual_style.rich_style)

    def on_resize(self, event: Resize) -> None:
        if self._width != event.size.width:
            self._begin_anew()
        if self.lacks_room:
            self.make_room(_LEAST_ROOM)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._pieces, self._lines, self._width = [], [], self.size.width
        self._lay_out()

    @property
    def _count(self) -> int:
        return sum(map(len, self._lines))

    def _lay_out(self) -> None:
        """Wrap what is new, and have it painted; without a width there is nothing to wrap to yet."""
        if not (width := self._width):
            return
        pieces = list(in_pieces(self._text))
        same = 0
        while same < min(len(pieces), len(self._pieces)) and pieces[same] == self._pieces[same]:
            same += 1
        old = [line for lines in self._lines[same:] for line in lines]
        del self._lines[same:]
        first, self._pieces = self._count, pieces
        self._lines += map(self._wrapped, pieces[same:])
        new = [line for lines in self._lines[same:] for line in lines]
        unchanged = _count_same(old, new)
        self.refresh(Region(0, first + unchanged, width, max(len(old), len(new)) - unchanged))

    def _wrapped(self, piece: str) -> list[Strip]:
        style = self.visual_style
        return Visual.to_strips(self, Content(piece), self._width, None, style, apply_selection=False, pad=True)


def _count_same(old: list[Strip], new: list[Strip]) -> int:
    """How many lines are at the beginning of both."""
    return next(
        (number for number, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )
