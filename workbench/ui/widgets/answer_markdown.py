"""Markdown of an answer: links are not followed, and code without a language is not searched for one."""

from __future__ import annotations

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

    DEFAULT_CSS = "AnswerMarkdown { margin: 0; padding: 0; }"
    BLOCKS = {**Markdown.BLOCKS, "fence": _Fence, "code_block": _Fence}  # noqa: RUF012 - as Textual declares it

    def __init__(self, text: str) -> None:
        super().__init__(text, open_links=False)
