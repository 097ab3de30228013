"""A question on screen, with the answers to it side by side."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup

from workbench.chat.wording import figures_text
from workbench.i18n import _
from workbench.ui.chat_exchange import QUESTION, Exchange, Row
from workbench.ui.widgets.chat_message import ModelMessage, UserMessage
from workbench.ui.widgets.quiet_static import QuietStatic


class Answers(HorizontalGroup):
    """The answers to a question, those of each model in a column."""

    DEFAULT_CSS = "Answers > VerticalGroup { width: 1fr; }"

    def __init__(self, columns: Sequence[Sequence[ModelMessage]]) -> None:
        super().__init__(*(VerticalGroup(*messages) for messages in columns))

    async def add(self, column: int, message: ModelMessage) -> None:
        """Put an answer into a column."""
        await self.children[column].mount(message)


class ExchangeView(VerticalGroup):
    """One exchange of each column; the question is that of the first.

    Args:
        number: of the exchange in its conversation, from 0.
        row: the exchanges, None where a column has none.
        speakers: what the models are called.
    """

    DEFAULT_CSS = """
    ExchangeView .view-begins { color: $text-warning; margin: 1 0 0 0; }
    """

    def __init__(self, number: int, row: Row, speakers: Sequence[str]) -> None:
        super().__init__()
        self.number = number
        self._row, self._speakers = row, speakers

    def compose(self) -> ComposeResult:
        yield QuietStatic(classes="view-begins")
        first = self._row[0]
        if first is not None and first.question is not None:
            yield UserMessage(first.question, first.question_way)
        yield Answers([self._messages(one, speaker) for one, speaker in zip(self._row, self._speakers, strict=True)])

    def on_mount(self) -> None:
        self.mark_view(self._row)

    def mark_view(self, row: Row) -> None:
        """Say whose view begins here, by the exchange as it is now; once it is built, if it is not yet."""
        self._row = row
        marks = [
            self._view_begins(exchange.unseen, speaker or exchange.speaker)
            for exchange, speaker in zip(row, self._speakers, strict=True)
            if exchange is not None and exchange.unseen
        ]
        for begins in self.query(".view-begins").results(QuietStatic):
            begins.tell("\n".join(marks))

    @property
    def is_growing(self) -> bool:
        """Whether an answer is being written."""
        return any(not message.is_whole for message in self.query(ModelMessage))

    def message(self, place: int) -> UserMessage | ModelMessage | None:
        """The question, or the answer of a column; None if it is not there."""
        if place == QUESTION:
            return next(iter(self.query(UserMessage)), None)
        columns = [column for answers in self.query(Answers) for column in answers.children]
        return next(iter(columns[place].query(ModelMessage)), None) if place < len(columns) else None

    def _messages(self, exchange: Exchange | None, speaker: str) -> list[ModelMessage]:
        if exchange is None or not exchange.answer:
            return []
        figures = figures_text(exchange.figures) if exchange.figures else ""
        name = exchange.speaker or speaker
        return [ModelMessage(name, exchange.answer, figures, exchange.answer_way, exchange.read)]

    def _view_begins(self, unseen: int, speaker: str) -> str:
        if len(self._row) == 1:
            text = _("── The model saw nothing above this line: {count} messages no longer fit its context. ──")
            return text.format(count=unseen)
        text = _("── {model} saw nothing above this line: {count} messages no longer fit its context. ──")
        return text.format(model=speaker, count=unseen)
