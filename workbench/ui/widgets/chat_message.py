"""One message of a conversation on screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import ItemGrid, VerticalGroup
from textual.widgets import Static
from textual.worker import get_current_worker

from workbench.chat.turn import ChatTurn
from workbench.i18n import _
from workbench.ui.answer_parts import Growing, ReadAnswer, Spoken, parts_of, said_parts
from workbench.ui.chat_exchange import Way
from workbench.ui.chat_pictures import picture_name
from workbench.ui.pictures import Thumbnail, thumbnail_of
from workbench.ui.widgets.answer_view import AnswerView
from workbench.ui.widgets.folded import shortened
from workbench.ui.widgets.name_line import NameLine
from workbench.ui.widgets.picture import PictureSlot
from workbench.ui.widgets.quiet_static import QuietStatic

_PICTURE_CELLS = (30, 10)
"""The most columns and rows of a picture."""
_MOST_OF_QUESTION = 5_000
"""Characters of a question that are shown."""


class UserMessage(VerticalGroup):
    """What the user wrote, exactly as written, and the pictures that went with it."""

    DEFAULT_CSS = """
    UserMessage {
        margin: 1 0 0 0;
        padding: 0 1;
        border-left: outer $primary;
        .speaker { color: $text-primary; text-style: bold; }
        PictureSlot { margin: 0; }
        &.-chosen { background: $panel; }
    }
    """

    def __init__(self, turn: ChatTurn, way: Way | None = None) -> None:
        super().__init__()
        self._turn, self._way = turn, way

    def compose(self) -> ComposeResult:
        yield NameLine(_with_way(_("You"), self._way), classes="speaker")
        yield Static(shortened(self._turn.content, _MOST_OF_QUESTION), markup=False)
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
    """What the model answered; grows while it streams in, step by step if it uses tools.

    Args:
        turns: of the answer, in order.
        read: how calls of tools stand in their texts, if they may.
    """

    DEFAULT_CSS = """
    ModelMessage {
        margin: 1 0 0 0;
        padding: 0 1;
        border-left: outer $success;
        .speaker { color: $text-success; text-style: bold; }
        .figures { color: $text-muted; }
        &.-chosen { background: $panel; }
    }
    """

    def __init__(
        self,
        speaker: str,
        turns: Sequence[ChatTurn] = (),
        figures: str = "",
        way: Way | None = None,
        read: ReadAnswer | None = None,
    ) -> None:
        super().__init__()
        self._speaker, self._figures, self._way, self._read = speaker, figures, way, read
        self._turns = list(turns)
        self._streamed = ""
        self.is_whole = bool(turns)
        """Whether nothing more comes."""
        self.is_laid_out_late = False
        """Whether Markdown is laid out once the answer is whole. Of several that grow at once the many widgets of Markdown
        would keep the keys waiting."""

    def compose(self) -> ComposeResult:
        yield NameLine(_with_way(self._speaker, self._way), classes="speaker")
        yield AnswerView(parts_of(self._turns, self._read))
        figures = QuietStatic(classes="figures")
        figures.tell(self._figures)
        yield figures

    def read_as(self, read: ReadAnswer | None) -> None:
        """What is written may hold calls of tools, which stand in it like this."""
        self._read = read

    async def append(self, text: str) -> None:
        """Add the next piece of what the model is writing."""
        self._streamed += text
        await self._show(goes_on=True)

    async def settle(self, turns: Sequence[ChatTurn], read: ReadAnswer | None) -> None:
        """What was written so far is these turns."""
        self._turns, self._streamed, self._read = list(turns), "", read
        await self._show(goes_on=True)

    def show_figures(self, text: str) -> None:
        """The answer is whole; the line under it tells tokens, speed, how it ended."""
        self.is_whole, self._figures = True, text
        for figures in self.query(".figures").results(QuietStatic):
            figures.tell(text)
        self.call_later(self._show, goes_on=False)

    def toggle(self) -> None:
        """Unfold thoughts and steps, or fold them."""
        for view in self.query(AnswerView):
            view.toggle()

    async def _show(self, *, goes_on: bool) -> None:
        parts = parts_of(self._turns, self._read)
        if self._read is not None:
            parts += [Growing(self._streamed)] if self._streamed else []
        else:
            parts += said_parts(self._streamed, goes_on=goes_on)
        if goes_on and self.is_laid_out_late:
            parts = [Growing(part.text) if isinstance(part, Spoken) else part for part in parts]
        for view in self.query(AnswerView):  # none before it is built, and once it has been let go
            await view.show(parts)


def _with_way(speaker: str, way: Way | None) -> str:
    return speaker if way is None else f"{speaker}  ‹ {way[0]}/{way[1]} ›"
