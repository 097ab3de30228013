"""The line of areas at the top of every screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from workbench.i18n import _
from workbench.ui.areas import AREAS

_NAME = " workbench "


class AreaTabs(Static):
    """One line: every area with its key, the current one marked by brackets as well as by colour."""

    DEFAULT_CSS = "AreaTabs { height: 1; background: $panel; color: $text-muted; }"

    @dataclass
    class Clicked(Message):
        """An area was chosen with the mouse."""

        area: str

    def __init__(self, current: str) -> None:
        super().__init__(markup=False)
        self._current = current
        self._places: list[tuple[int, int, str]] = []
        """First column, column after, and name of each area on the line."""

    def render(self) -> Content:
        texts = [f"{area.key} {_(area.title)}" for area in AREAS]
        width = sum(Content(text).cell_length + 2 for text in texts)
        if width + len(_NAME) + len(texts) <= self.size.width:
            return self._line(_NAME, texts, gap=1)
        if width + 1 <= self.size.width:
            return self._line("", texts, gap=0)
        if width - len(texts) + 2 <= self.size.width:
            return self._line("", texts, gap=-1)
        short = [text if area.name == self._current else area.key for area, text in zip(AREAS, texts, strict=True)]
        return self._line("", short, gap=0)

    def _line(self, start: str, texts: list[str], gap: int) -> Content:
        """The areas with ``gap`` cells between them; -1 lets neighbours share the blank around them."""
        line, self._places = Content.styled(start, "bold $text-primary"), []
        for area, text in zip(AREAS, texts, strict=True):
            is_current = area.name == self._current
            part = Content.styled(f"[{text}]", "bold $text-accent") if is_current else Content(f" {text} ")
            before = line.cell_length
            if gap < 0 and line.plain.endswith((" ", "]")) and not is_current:
                part = part[1:]
            elif gap < 0 and is_current and line.plain.endswith(" "):
                line = line[:-1]
            line = Content.assemble(line, " " * max(gap, 0), part)
            self._places.append((before, line.cell_length, area.name))
        return line

    def on_click(self, event: events.Click) -> None:
        for first, after, name in self._places:
            if first <= event.x < after:
                self.post_message(self.Clicked(name))
