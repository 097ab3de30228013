"""Which of the columns of a comparison are on screen, and what stands in them. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.chat.turn import Figures
from workbench.i18n import _
from workbench.ui.blind import Blind
from workbench.ui.chat_exchange import Column, Exchange

_LEAST_WIDTH = 36
"""Cells of the narrowest column that a paragraph is still read in with ease; two fit on 80."""
_BESIDE = 2
"""Cells of the transcript that no column gets."""


class ColumnsShown:
    """As many neighbouring columns as there is room for. ``numbers``: of the columns that are shown, from 0."""

    def __init__(self) -> None:
        self.numbers = range(1)
        self._count = 1

    def fit(self, width: int, count: int) -> bool:
        """Show as many of so many columns as fit into so many cells; True if that changes what is shown."""
        before = self.numbers
        self._count = count
        room = max(min((width - _BESIDE) // _LEAST_WIDTH, count), 1)
        first = min(before.start, count - room)
        self.numbers = range(first, first + room)
        return self.numbers != before

    @property
    def hides_some(self) -> bool:
        """Whether there are columns without room."""
        return len(self.numbers) < self._count

    def go_on(self) -> bool:
        """Show the next ones, behind the last ones the first; False if all are shown."""
        if not self.hides_some:
            return False
        room = len(self.numbers)
        is_at_end = self.numbers.stop == self._count
        first = 0 if is_at_end else min(self.numbers.stop, self._count - room)
        self.numbers = range(first, first + room)
        return True


def even_columns(columns: Sequence[Column]) -> list[Column]:
    """The columns with every question of the first, also those that have not been asked of the others yet."""
    if len(columns) == 1:
        return list(columns)
    asked = [_unanswered(exchange) for exchange in columns[0].exchanges]
    return [
        replace(column, exchanges=[*column.exchanges, *asked[len(column.exchanges) :]])
        if len(column.exchanges) < len(asked)
        else column
        for column in columns
    ]


def mixed_columns(columns: Sequence[Column], blind: Blind) -> list[Column]:
    """Even columns with the answers to each question in the order that is theirs, under names or numbers."""
    names = [column.speaker for column in columns]
    mixed: list[list[Exchange]] = [[] for _column in columns]
    for question in range(len(columns[0].exchanges)):
        for place, exchanges in enumerate(mixed):
            one = columns[blind.model_in(question, place)].exchanges[question]
            is_hidden = blind.hides(question)
            name = "" if is_hidden else one.speaker  # of another model than the one that answers now
            name = name or name_in(question, place, names, blind)
            exchanges.append(replace(one, speaker=name, figures=_figures(one, hidden=is_hidden)))
    return [Column("", exchanges) for exchanges in mixed]


def name_in(question: int, place: int, names: Sequence[str], blind: Blind) -> str:
    """Who answers a question in a column, or only which answer it is while that is not to be known."""
    if blind.hides(question):
        return _("answer {number}").format(number=place + 1)
    return names[blind.model_in(question, place)]


def _figures(exchange: Exchange, *, hidden: bool) -> Figures | None:
    """Those that may be known: speed tells who it is, that an answer broke off does not."""
    is_broken = exchange.figures is not None and exchange.figures.ended_by == "broken"
    return None if hidden and not is_broken else exchange.figures


def _unanswered(exchange: Exchange) -> Exchange:
    return replace(exchange, answer=[], figures=None, answer_way=None, unseen=0)
