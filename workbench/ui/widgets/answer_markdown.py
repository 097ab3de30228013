"""Markdown of an answer: nothing of its text is lost, links are not followed, and code is wrapped where it is too long."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from textual.content import Content
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownFence


class _Fence(MarkdownFence):
    """Guessing the language takes 40 ms a block, and an answer that is being written is painted ten times a second."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        return super().highlight(code, language or "text", ansi, dark)


class AnswerMarkdown(Markdown):
    """A text that a model wrote; `printable` first."""

    DEFAULT_CSS = """
    AnswerMarkdown {
        margin: 0;
        padding: 0;
        MarkdownFence { overflow: hidden; }
        MarkdownFence > Label { width: 1fr; }
    }
    """
    BLOCKS = {**Markdown.BLOCKS, "fence": _Fence, "code_block": _Fence}  # noqa: RUF012 - as Textual declares it

    def __init__(self, text: str) -> None:
        super().__init__(text, open_links=False, parser_factory=_parser)


def _parser() -> MarkdownIt:
    """What looks like HTML is text, and a line ends where the model ended it."""
    parser = MarkdownIt("gfm-like", {"html": False})
    parser.core.ruler.push("line_ends", _keep_line_ends)
    return parser


def _keep_line_ends(state: StateCore) -> None:
    for token in state.tokens:
        for part in token.children or ():
            if part.type == "softbreak":
                part.type = "hardbreak"
