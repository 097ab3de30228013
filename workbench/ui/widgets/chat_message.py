"""One message of a conversation on screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.widgets import Label, Markdown, Static

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.widgets.quiet_static import QuietStatic


class UserMessage(VerticalGroup):
    """What the user wrote, exactly as written."""

    DEFAULT_CSS = """
    UserMessage {
        margin: 1 0 0 0;
        padding: 0 1;
        border-left: outer $primary;
        .speaker { color: $text-primary; text-style: bold; }
    }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        yield Label(_("You"), classes="speaker", markup=False)
        yield Static(printable(self.text), markup=False)


class ModelMessage(VerticalGroup):
    """What the model answered, as Markdown; grows while it streams in."""

    DEFAULT_CSS = """
    ModelMessage {
        margin: 1 0 0 0;
        padding: 0 1;
        border-left: outer $success;
        .speaker { color: $text-success; text-style: bold; }
        .figures { color: $text-muted; }
        Markdown { margin: 0; padding: 0; }
    }
    """

    def __init__(self, speaker: str, text: str = "") -> None:
        super().__init__()
        self._speaker, self._text = speaker, text

    def compose(self) -> ComposeResult:
        yield Label(self._speaker, classes="speaker", markup=False)
        yield Markdown(printable(self._text), open_links=False)
        yield QuietStatic(classes="figures")

    async def append(self, text: str) -> None:
        """Add the next piece of the answer."""
        await self.query_one(Markdown).append(printable(text))

    def show_figures(self, text: str) -> None:
        """The line under the answer: tokens, speed, how it ended."""
        self.query_one(".figures", QuietStatic).tell(text)
