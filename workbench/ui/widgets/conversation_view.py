"""One training sample as the model will see it: rendered, with the part that is trained highlighted in its place."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.data.conversation import Conversation
from workbench.data.show import plain_text
from workbench.data.templates import Template
from workbench.i18n import _
from workbench.text import printable

_TRAINED = "bold $text-success"
_MASKED = "dim"
_LINE_END = "⏎"


class ConversationView(VerticalScroll):
    """Trained text stands out in bold, by its colour and between ⟦ ⟧; line ends and special tokens are visible."""

    DEFAULT_CSS = """
    ConversationView { padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def show(self, conversation: Conversation, template: Template) -> None:
        """Render a conversation by a template."""
        parts: list[tuple[str, str] | str] = []
        if conversation.is_empty:
            parts.append((_("This row has no answer: it will be left out.") + "\n\n", "$text-warning"))
        segments = template.render(conversation)
        for index, segment in enumerate(segments):
            text = printable(plain_text([segment])).replace("\n", _LINE_END + "\n")
            begins = segment.loss and not (index and segments[index - 1].loss)
            ends = segment.loss and not (index + 1 < len(segments) and segments[index + 1].loss)
            marked = f"{'⟦' if begins else ''}{text}{'⟧' if ends else ''}"
            parts.append((marked, _TRAINED if segment.loss else _MASKED))
        self.query_one(Static).update(Content.assemble(*parts))
        self.scroll_home(animate=False)

    def say(self, text: str) -> None:
        """Show a sentence instead."""
        self.query_one(Static).update(text)
