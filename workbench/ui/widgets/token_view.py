"""One row token by token: place, id, text; trained tokens by colour and between ⟦ ⟧, those that are cut behind ✂."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.data.show import ShownToken
from workbench.data.show.printed import token_text
from workbench.data.show.segments import TRAINED_BEGIN, TRAINED_END
from workbench.i18n import _

_NUMBER_CELLS = 6
_ID_CELLS = 8
_CUT_SIGN = "✂"


def _right(text: str, cells: int) -> str:
    """The text at the right of so many cells."""
    return " " * (cells - cell_len(text)) + text


class TokenView(ScrollView, can_focus=True):
    """Only the lines on screen are made, so that rows of any length scroll at once."""

    DEFAULT_CSS = """
    TokenView {
        overflow-x: hidden;
        & > .token-view--place { color: $text-muted; }
        & > .token-view--trained { color: $text-success; text-style: bold; }
        & > .token-view--masked { color: $text-muted; }
        & > .token-view--cut { color: $text-muted; text-style: strike; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "token-view--place",
        "token-view--trained",
        "token-view--masked",
        "token-view--cut",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tokens: Sequence[ShownToken] = ()
        self._kept = 0

    def show(self, kept: Sequence[ShownToken], cut: Sequence[ShownToken] = ()) -> None:
        """Show these tokens from the first one on, and behind them those that are cut."""
        self._tokens, self._kept = [*kept, *cut], len(kept)
        self.virtual_size = Size(self.size.width, len(self._tokens) + 1)
        self.scroll_home(animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line of titles, or of one token."""
        number = y + self.scroll_offset.y - 1
        if number < 0:
            place, token_id = _("place"), _("id")
            title = f" {_right(place, _NUMBER_CELLS)} {_right(token_id, _ID_CELLS)}  " + _("token")
            return self._strip(Segment(title, self.get_component_rich_style("token-view--place")))
        if number >= len(self._tokens):
            return self._strip()
        marked, style = self._marked(number)
        return self._strip(
            Segment(
                f" {number:>{_NUMBER_CELLS}} {self._tokens[number].id:>{_ID_CELLS}} ",
                self.get_component_rich_style("token-view--place"),
            ),
            Segment(marked, self.get_component_rich_style(f"token-view--{style}")),
        )

    def _marked(self, number: int) -> tuple[str, str]:
        """A token's text with what marks it, and its style."""
        token = self._tokens[number]
        text = token_text(token)
        if number >= self._kept:
            return f"{_CUT_SIGN}{text}", "cut"
        return (f"{TRAINED_BEGIN}{text}{TRAINED_END}", "trained") if token.is_trained else (f" {text}", "masked")

    def _strip(self, *segments: Segment) -> Strip:
        strip = Strip(segments, sum(cell_len(segment.text) for segment in segments))
        return strip.adjust_cell_length(self.size.width, self.rich_style)
