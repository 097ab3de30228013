"""The row under the cursor, in one of three views, with its pictures beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, Label

from workbench.data.show import FoundRow
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.row_rendering import RenderedRow, rendered
from workbench.ui.row_settings import CONVERSATION, TEXT, TOKENS, Settings
from workbench.ui.widgets.conversation_view import ConversationView
from workbench.ui.widgets.picture import PicturePane
from workbench.ui.widgets.token_view import TokenView

_TITLES = {CONVERSATION: N_("conversation"), TEXT: N_("rendered text"), TOKENS: N_("token by token")}
_READING, _COUNTING = "row-reading", "row-tokens"


class RowView(Horizontal):
    """Rendering happens in a thread; what is shown is always the row that was asked for last."""

    DEFAULT_CSS = """
    RowView {
        height: 1fr;
        Vertical { width: 1fr; height: 1fr; }
        #row-about { width: 1fr; height: auto; color: $text-muted; padding: 0 1; }
        ContentSwitcher { height: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("Rows"), id="row.rows", tooltip=N_("Back to the list")),
    ]

    @dataclass
    class Left(Message):
        """The list of rows is wanted again."""

    @dataclass
    class Rendered(Message):
        """A row is ready to be painted."""

        row: RenderedRow

    def __init__(self, settings: Settings, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.settings = settings
        self._found: FoundRow | None = None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label("", id="row-about", markup=False)
            with ContentSwitcher(initial=_READING):
                view = ConversationView(id=_READING)
                yield view
                yield TokenView(id=_COUNTING)
        yield PicturePane()

    def focus_text(self) -> None:
        """Put the cursor into the text or the tokens, which the arrow keys scroll."""
        shown = self.query_one(ContentSwitcher).visible_content
        if shown is not None:
            shown.focus()

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def show(self, found: FoundRow) -> None:
        """Render a row and show it."""
        self._found = found
        self._render_row(found, self.settings)

    async def say(self, text: str) -> None:
        """Show a sentence instead of a row."""
        self._found = None
        self.query_one("#row-about", Label).update("")
        self.query_one(ContentSwitcher).current = _READING
        self.query_one(ConversationView).say(text)
        await self.query_one(PicturePane).show([], 0)

    def use(self, settings: Settings) -> None:
        """Render by other settings from now on."""
        self.settings = settings
        if self._found is not None:
            self._render_row(self._found, settings)

    @work(thread=True, group="row-view", exclusive=True, exit_on_error=False)
    def _render_row(self, found: FoundRow, settings: Settings) -> None:
        self.post_message(self.Rendered(rendered(found, settings)))

    @on(Rendered)
    async def _paint(self, event: Rendered) -> None:
        row = event.row
        if row.shown.found is not self._found or row.settings != self.settings:
            event.stop()
            return  # another one was asked for meanwhile
        self.query_one("#row-about", Label).update(_about(row))
        is_counting = row.settings.view == TOKENS and not row.problem and row.shown.left_out is None
        had_focus = self.has_focus_within
        self.query_one(ContentSwitcher).current = _COUNTING if is_counting else _READING
        if had_focus:
            self.focus_text()
        reading = self.query_one(ConversationView)
        if row.problem:
            reading.say(row.problem)
        elif is_counting:
            self.query_one(TokenView).show(row.tokens, row.cut_tokens)
        elif row.settings.view == CONVERSATION:
            reading.show_conversation(row)
        else:
            reading.show_text(row)
        await self.query_one(PicturePane).show(row.pictures, row.more_pictures)


def _about(row: RenderedRow) -> str:
    """View, place of the row, and how many tokens it has if they were counted."""
    found = row.shown.found
    parts = [_(_TITLES[row.settings.view]), f"{printable(found.path.name)}:{found.number or '?'}"]
    if encoded := row.shown.encoded:
        text = _("{count} tokens, {trained} trained")
        if encoded.cut_tokens:
            text = _("{count} tokens, {cut} cut at {most}, {trained} trained")
        parts.append(
            text.format(
                count=len(encoded.input_ids) + encoded.cut_tokens,
                cut=encoded.cut_tokens,
                most=row.settings.max_length,
                trained=encoded.trained_tokens,
            )
        )
    if pieces := row.shown.rendering.pieces:
        parts.append(_("divided into {count} samples").format(count=len(pieces)))
    return " · ".join(parts)
