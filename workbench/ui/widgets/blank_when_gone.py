"""A widget that was removed is not painted any more, though its screen may still do so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget

    _Drawn = Widget
else:
    _Drawn = object  # a widget here would hide the style sheet of the one it is mixed into


class BlankWhenGone(_Drawn):
    """Mixed in before a widget that has component styles.

    These go with the widget, while the screen keeps its place until it is laid out anew. What paints the screen in
    between would ask for styles that are gone, and a `KeyError` there ends the app.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        return super().render_lines(crop) if self.is_attached else [Strip.blank(crop.width)] * crop.height
