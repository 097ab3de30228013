"""The messages of a conversation, the newest at the bottom; a sentence in their place while there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from workbench.chat.protocol import Answer
from workbench.chat.turn import ChatTurn
from workbench.ui.widgets.chat_message import ModelMessage, UserMessage, figures_text


@dataclass(frozen=True)
class Column:
    """What one model said: its name, its conversation, and what is known of answers by their turns' numbers."""

    speaker: str
    turns: Sequence[ChatTurn]
    figures: Mapping[int, Answer]


@dataclass
class _Exchange:
    """A question and what was answered."""

    question: ChatTurn | None = None
    answers: list[ModelMessage] = field(default_factory=list)


class Answers(HorizontalGroup):
    """The answers to a question, those of each model in a column."""

    DEFAULT_CSS = "Answers > VerticalGroup { width: 1fr; }"

    def __init__(self, columns: Sequence[Sequence[ModelMessage]]) -> None:
        super().__init__(*(VerticalGroup(*messages) for messages in columns))

    async def add(self, column: int, message: ModelMessage) -> None:
        """Put an answer into a column."""
        await self.children[column].mount(message)


class Transcript(VerticalScroll):
    """Scrolls with what is said until the reader scrolls away."""

    DEFAULT_CSS = """
    Transcript {
        height: 1fr;
        padding: 0 1;
        .transcript-empty { padding: 2 4; color: $text-muted; width: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("", classes="transcript-empty", markup=False)

    def tell(self, sentence: str) -> None:
        """Say what to do as long as nobody has said anything."""
        self.query_one(".transcript-empty", Static).update(sentence)

    async def show(self, columns: Sequence[Column]) -> None:
        """Show these conversations and no others; the questions are those of the first."""
        said = [_exchanges(column) for column in columns]
        widgets: list[Widget] = []
        for row in zip_longest(*said, fillvalue=_Exchange()):
            if row[0].question is not None:
                widgets.append(UserMessage(row[0].question))
            widgets.append(Answers([exchange.answers for exchange in row]))
        async with self.batch():  # one after the other: else two at once would show everything twice
            await self.remove_children("UserMessage, Answers")
            await self.mount_all(widgets)
            self._note_emptiness()
        self.anchor(bool(widgets))
        if not widgets:  # what an anchor had moved to the bottom is gone
            self.scroll_home(animate=False, force=True, immediate=True)

    async def add_question(self, question: ChatTurn, columns: int) -> None:
        """Show what the user wrote, with room for so many answers side by side."""
        await self.mount_all([UserMessage(question), Answers([()] * columns)])
        self._note_emptiness()

    async def begin_answer(self, number: int, column: int, speaker: str) -> ModelMessage:
        """An empty answer, to the question of this number from the end (-1: the last), that grows."""
        message = ModelMessage(speaker)
        await self.query(Answers)[number].add(column, message)
        self.anchor()
        return message

    def _note_emptiness(self) -> None:
        self.query_one(".transcript-empty").display = not self.query("UserMessage, Answers")


def _exchanges(column: Column) -> list[_Exchange]:
    found: list[_Exchange] = []
    for number, turn in enumerate(column.turns):
        if turn.role == "user" or not found:
            found.append(_Exchange(turn if turn.role == "user" else None))
        if turn.role != "user":
            figures = figures_text(known) if (known := column.figures.get(number)) else ""
            found[-1].answers.append(ModelMessage(column.speaker, turn.content, figures))
    return found
