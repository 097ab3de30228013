"""One row to read: as the conversation that it is, or rendered as the model will see it with what is trained marked."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.data.show import Rendering, ShownRow, said_in
from workbench.data.show.segments import TRAINED_BEGIN, TRAINED_END, spans
from workbench.i18n import _
from workbench.text import printable

_TRAINED = "bold $text-success"
_MASKED = "dim"
_TITLE = "bold $text-accent"
_LINE_END = "⏎"
_MOST_CHARACTERS = 20_000
"""Painted of one row; more would make the keys slow."""
Part = tuple[str, str] | str


class ConversationView(VerticalScroll):
    """Trained text stands out in bold, by its colour and between ⟦ ⟧; line ends and special tokens are visible."""

    DEFAULT_CSS = """
    ConversationView { padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def show_text(self, row: ShownRow) -> None:
        """The rendered text; of a pair, with each of the two answers."""
        parts = [*_left_out(row), *_rendered(row.rendering)]
        if row.rejected:
            parts += [("\n\n" + _("With the answer that is not wanted:") + "\n", _TITLE), *_rendered(row.rejected)]
        self._paint(parts)

    def show_conversation(self, row: ShownRow) -> None:
        """Who says what."""
        parts = _left_out(row)
        for said in said_in(row.sample) if row.sample is not None else []:
            title = (said.title + "\n", _TRAINED if said.is_trained else _TITLE)
            parts += [title, printable(said.text) + "\n\n"]
        self._paint(parts)

    def say(self, text: str) -> None:
        """Show a sentence instead."""
        self._paint([text])

    def _paint(self, parts: list[Part]) -> None:
        content = Content.assemble(*parts).rstrip()
        if len(content) > _MOST_CHARACTERS:
            rest = _("… and {count} more characters; 'workbench data show' prints them all.")
            more = rest.format(count=len(content) - _MOST_CHARACTERS)
            content = Content.assemble(content[:_MOST_CHARACTERS], ("\n" + more, "$text-warning"))
        self.query_one(Static).update(content)
        self.scroll_home(animate=False)


def _left_out(row: ShownRow) -> list[Part]:
    if row.left_out is None:
        return []
    return [(_("This row will be left out: {reason}").format(reason=printable(row.left_out)) + "\n\n", "$text-warning")]


def _rendered(rendering: Rendering) -> list[Part]:
    parts: list[Part] = []
    for text, is_trained in spans(rendering.segments):
        shown = printable(text).replace("\n", _LINE_END + "\n")
        marked = f"{TRAINED_BEGIN}{shown}{TRAINED_END}" if is_trained else shown
        parts.append((marked, _TRAINED if is_trained else _MASKED))
    return parts
