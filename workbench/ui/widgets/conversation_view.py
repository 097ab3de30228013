"""One row to read: as the conversation that it is, or rendered as the model will see it with what is trained marked."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.data.show import Rendering, ShownRow
from workbench.data.show.segments import TRAINED_BEGIN, TRAINED_END, spans
from workbench.i18n import _
from workbench.text import visible
from workbench.ui.row_rendering import RenderedRow

_TRAINED = "bold $text-success"
_CUT = "strike"
_TITLE = "bold $text-accent"
_LINE_END = "⏎"
_CUT_SIGN = "✂"
_MOST_CHARACTERS = 20_000
"""Painted of one row; more would make the keys slow."""
Part = tuple[str, str] | str


class ConversationView(VerticalScroll):
    """Trained text stands out in bold, by its colour and between ⟦ ⟧; line ends and special tokens are visible."""

    DEFAULT_CSS = """
    ConversationView {
        padding: 0 1;
        &.-rendered Static { color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def show_text(self, row: RenderedRow) -> None:
        """The rendered text and what is cut of it; of a pair, with each of the two answers."""
        shown = row.shown
        parts = [*_left_out(shown), *_rendered(shown.rendering), *_cut(_with_line_ends(row.cut_text))]
        if shown.rejected:
            parts += [("\n\n" + _("With the answer that is not wanted:") + "\n", _TITLE), *_rendered(shown.rejected)]
        self._paint(parts, is_rendered=True)

    def show_conversation(self, row: RenderedRow) -> None:
        """Who says what."""
        parts = _left_out(row.shown)
        for part in row.said():
            title = (part.said.title + "\n", _TRAINED if part.said.is_trained else _TITLE)
            parts += [title, visible(part.kept), *_cut(visible(part.cut)), "\n\n"]
        self._paint(parts)

    def say(self, text: str) -> None:
        """Show a sentence instead."""
        self._paint([text])

    def _paint(self, parts: list[Part], *, is_rendered: bool = False) -> None:
        """``is_rendered``: whether what is not trained shall recede."""
        self.set_class(is_rendered, "-rendered")
        content = Content.assemble(*parts).rstrip()
        if len(content) > _MOST_CHARACTERS:
            rest = _("… and {count} more characters; 'workbench data show' prints them all.")
            more = rest.format(count=len(content) - _MOST_CHARACTERS)
            content = Content.assemble(content[:_MOST_CHARACTERS], ("\n" + more, "$text-warning"))
        self.query_one(Static).update(content)
        self.scroll_home(animate=False)


def _left_out(row: ShownRow) -> list[Part]:
    return [(visible(row.sentence) + "\n\n", "$text-warning")] if row.sentence else []


def _cut(text: str) -> list[Part]:
    """What is behind the longest length of a sample, with a sign before it."""
    return [(_CUT_SIGN, "$text-warning"), (text, _CUT)] if text else []


def _with_line_ends(text: str) -> str:
    return visible(text).replace("\n", _LINE_END + "\n")


def _rendered(rendering: Rendering) -> list[Part]:
    parts: list[Part] = []
    for text, is_trained in spans(rendering.segments):
        shown = _with_line_ends(text)
        parts.append((f"{TRAINED_BEGIN}{shown}{TRAINED_END}", _TRAINED) if is_trained else shown)
    return parts
