"""Text whose wrapped lines go on under the place where it began: a tab marks that place in a line.

No line ends at a `NO_BREAK`, which is shown as a blank.
"""

from __future__ import annotations

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

NO_BREAK = "\u00a0"
_HELD = "\ue000"
"""Stands for it while lines are broken: Textual breaks them at every kind of blank."""
_LEAST_WIDTH = 16
"""Cells that a hanging column has at least; with fewer left, lines go on from the edge."""


class Hanging(Visual):
    """Shows content in any width. The first tab of a line takes no cell, and what wraps goes on below it."""

    def __init__(self, content: Content) -> None:
        self._lines = content.split("\n", allow_blank=True)
        self._laid_out: tuple[int, Content] = (0, Content(""))

    def wrapped(self, width: int) -> Content:
        """The content with a line end wherever a line of so many cells ends."""
        if self._laid_out[0] != width:
            lines = [line for logical in self._lines for line in _wrap(logical, width)]
            self._laid_out = width, Content("\n").join(lines)
        return self._laid_out[1]

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        return self.wrapped(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return max((line.cell_length for line in self._lines), default=0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.wrapped(width).get_height(rules, width)


def _wrap(line: Content, width: int) -> list[Content]:
    place = line.plain.find("\t")
    if place < 0:
        return _broken(line, width) if line else [line]
    before, after = line[:place], line[place + 1 :]
    indent = before.cell_length if width - before.cell_length >= _LEAST_WIDTH else 0
    if not indent:
        return _broken(before + after, width)
    first, *others = _broken(after, width - indent) or [Content("")]
    return [before + first, *(Content(" " * indent) + other for other in others)]


def _broken(line: Content, width: int) -> list[Content]:
    if NO_BREAK not in line.plain:
        return line.wrap(width)
    held = Content(line.plain.replace(NO_BREAK, _HELD), list(line.spans))
    return [Content(part.plain.replace(_HELD, " "), list(part.spans)) for part in held.wrap(width)]
