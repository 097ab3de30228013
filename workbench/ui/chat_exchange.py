"""A conversation as it is shown: each question with all that belongs to its answer. No Textual here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.chat.branches import Branched
from workbench.chat.turn import ChatTurn, Figures
from workbench.ui.answer_parts import ReadAnswer

Way = tuple[int, int]
"""Which of how many ways is shown, counted from 1."""
QUESTION = -1
"""In place of a column: the question."""


@dataclass(frozen=True)
class Place:
    """A message: the number of its exchange, and the column of the answer, or `QUESTION`."""

    exchange: int
    column: int


@dataclass
class Exchange:
    """A question, if there is one, and its answer: one turn, or several with what tools gave back.

    Args:
        begins: the number of its first turn.
        speaker: who answers, if that is another one than the column's.
        read: how calls of tools stand in the answer, if they may.
        unseen: turns before it that were not in the model's view any more at the last answer, if that begins here.
    """

    begins: int
    question: ChatTurn | None = None
    answer: list[ChatTurn] = field(default_factory=list)
    question_way: Way | None = None
    answer_way: Way | None = None
    figures: Figures | None = None
    unseen: int = 0
    speaker: str = ""
    read: ReadAnswer | None = None

    @property
    def text(self) -> str:
        """What the model said at last."""
        return next((turn.content for turn in reversed(self.answer) if turn.role == "assistant"), "")

    def says(self, words: str) -> bool:
        """Whether some words, in small letters, stand in it."""
        turns = [*([self.question] if self.question else []), *self.answer]
        return any(turn.says(words) for turn in turns)


@dataclass(frozen=True)
class Column:
    """What one model said: its name, and its conversation."""

    speaker: str
    exchanges: Sequence[Exchange]


Row = Sequence[Exchange | None]
"""The exchanges of all columns with one number; the question is that of the first."""


def places_in(row: Row, number: int) -> list[Place]:
    """The messages of a row with their number, in the order of reading."""
    columns = [column for column, exchange in enumerate(row) if exchange is not None and exchange.answer]
    asks = row[0] is not None and row[0].question is not None
    return [Place(number, column) for column in ([QUESTION, *columns] if asks else columns)]


def message_at(row: Row, place: Place) -> str:
    """The text of a message, as the user or the model wrote it."""
    exchange = row[max(place.column, 0)]
    if exchange is None:
        return ""
    return exchange.question.content if place.column == QUESTION and exchange.question else exchange.text


def find_words(rows: Sequence[Row], words: str) -> list[Place]:
    """The messages in which some words stand, in small letters or large."""
    folded = words.casefold()
    found = []
    for number, row in enumerate(rows):
        if any(exchange is not None and exchange.says(folded) for exchange in row):
            places = places_in(row, number)
            found += [place for place in places if _says(row, place, folded)] or places[-1:]
    return found


def _says(row: Row, place: Place, folded: str) -> bool:
    exchange = row[max(place.column, 0)]
    if exchange is None:
        return False
    turns = [exchange.question] if place.column == QUESTION and exchange.question else exchange.answer
    return any(turn.says(folded) for turn in turns)


def exchanges_of(
    conversation: Branched,
    unseen: int = 0,
    read: ReadAnswer | None = None,
    other: Callable[[Figures], str] = lambda figures: figures.model,
) -> list[Exchange]:
    """The exchanges of a conversation.

    Args:
        unseen: so many of the oldest turns are not in the model's view.
        read: how calls of tools stand in answers, if they may.
        other: who gave an answer, if another model than the one that answers now; else empty.
    """
    ways = {fork.at: (fork.place + 1, len(fork.others) + 1) for fork in conversation.forks}
    found: list[Exchange] = []
    for number, turn in enumerate(conversation.turns):
        if turn.role == "user" or not found:
            found.append(Exchange(number, unseen=unseen if 0 < unseen == number else 0, read=read))
        exchange = found[-1]
        if turn.role == "user":
            exchange.question, exchange.question_way, exchange.answer_way = turn, ways.get(number), ways.get(number + 1)
            continue
        exchange.answer.append(turn)
        if turn.figures is not None:
            exchange.figures = turn.figures
            exchange.speaker = other(turn.figures)
    return found
