"""One message of a conversation on screen."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.containers import ItemGrid, VerticalGroup
from textual.widgets import Label, Markdown, Static
from textual.worker import get_current_worker

from workbench.chat.protocol import Answer
from workbench.chat.turn import ChatTurn
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.chat_pictures import picture_name
from workbench.ui.pictures import Thumbnail, thumbnail_of
from workbench.ui.widgets.name_line import NameLine
from workbench.ui.widgets.picture import PictureSlot
from workbench.ui.widgets.quiet_static import QuietStatic

_PICTURE_CELLS = (30, 10)
"""The most columns and rows of a picture."""


class UserMessage(VerticalGroup):
    """What the user wrote, exactly as written, and the pictures that went with it."""

    DEFAULT_CSS = """
    UserMessage {
        margin: 1 0 0 0;
        padding: 0 1;
        border-left: outer $primary;
        .speaker { color: $text-primary; text-style: bold; }
        PictureSlot { margin: 0; }
    }
    """

    def __init__(self, turn: ChatTurn) -> None:
        super().__init__()
        self._turn = turn

    def compose(self) -> ComposeResult:
        yield Label(_("You"), classes="speaker", markup=False)
        yield Static(printable(self._turn.content), markup=False)
        if self._turn.images:
            with ItemGrid(min_column_width=_PICTURE_CELLS[0] + 1):
                for picture in self._turn.images:
                    yield PictureSlot(Thumbnail(picture_name(picture)), _PICTURE_CELLS)

    def on_mount(self) -> None:
        if self._turn.images:
            self._look_at_pictures()

    @work(thread=True, group="chat-pictures", exit_on_error=False)
    def _look_at_pictures(self) -> None:
        """Decoding may take a moment: the names stand there first."""
        for slot, picture in zip(self.query(PictureSlot), self._turn.images, strict=True):
            found = thumbnail_of(picture)
            if get_current_worker().is_cancelled:
                return
            self.app.call_from_thread(slot.show, found)


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

    def __init__(self, speaker: str, text: str = "", figures: str = "") -> None:
        super().__init__()
        self._speaker, self._text, self._figures = speaker, text, figures

    def compose(self) -> ComposeResult:
        yield NameLine(self._speaker, classes="speaker")
        yield Markdown(printable(self._text), open_links=False)
        yield QuietStatic(classes="figures")

    def on_mount(self) -> None:
        self.show_figures(self._figures)

    async def append(self, text: str) -> None:
        """Add the next piece of the answer."""
        await self.query_one(Markdown).append(printable(text))

    def show_figures(self, text: str) -> None:
        """The line under the answer: tokens, speed, how it ended."""
        self.query_one(".figures", QuietStatic).tell(text)


def figures_text(answer: Answer) -> str:
    """The line under an answer."""
    speed = answer.tokens / answer.total_s if answer.total_s > 0 else 0.0
    line = _("{tokens} tokens · first after {first:.2f} s · {speed:.1f} tokens/s").format(
        tokens=answer.tokens, first=answer.first_token_s, speed=speed
    )
    if answer.ended_by == "length":
        return line + " · " + _("cut at the longest answer allowed")
    return line + " · " + _("stopped") if answer.ended_by == "stopped" else line
