"""Which model's answer stands in which column, and whether it may be known. No Textual here."""

from __future__ import annotations

import random
from collections.abc import Callable

from workbench.chat.comparison import BlindOrders

Shuffle = Callable[[list[int]], None]


class Blind:
    """While it is on, the answers to each new question stand in an order of their own, without names until the vote.

    Questions are named by their numbers from 0, models by theirs from left to right. ``kept``: all that there is to
    know, for the disk.

    Args:
        shuffle: mixes a list in place.
    """

    def __init__(self, shuffle: Shuffle = random.shuffle) -> None:
        self.kept = BlindOrders()
        self._shuffle = shuffle

    @property
    def is_on(self) -> bool:
        """Whether the next question's answers are mixed."""
        return self.kept.is_on

    @is_on.setter
    def is_on(self, on: bool) -> None:
        self.kept.is_on = on

    def begin(self, question: int, models: int) -> None:
        """A question is asked of so many models."""
        self.kept.orders.pop(question, None)
        self.kept.hidden.discard(question)
        if self.is_on and models > 1:
            order = list(range(models))
            self._shuffle(order)
            self.kept.orders[question] = order
            self.kept.hidden.add(question)

    def model_in(self, question: int, column: int) -> int:
        """Whose answer to a question stands in a column."""
        return self.kept.orders[question][column] if question in self.kept.orders else column

    def column_of(self, question: int, model: int) -> int:
        """The column in which a model's answer to a question stands."""
        return self.kept.orders[question].index(model) if question in self.kept.orders else model

    def hides(self, question: int) -> bool:
        """Whether the names are not to be seen yet."""
        return question in self.kept.hidden

    @property
    def hidden(self) -> list[int]:
        """The questions of which the names are not to be seen yet."""
        return sorted(self.kept.hidden)

    @property
    def is_mixed(self) -> bool:
        """Whether any question's answers stand in another order than the models."""
        return bool(self.kept.orders)

    def reveal(self, question: int) -> None:
        """Show the names; the answers stay where they are."""
        self.kept.hidden.discard(question)

    def add_model(self) -> None:
        """A model more answers, at the right of the others: what is hidden stays hidden."""
        for order in self.kept.orders.values():
            order.append(len(order))

    def take_away(self, model: int) -> None:
        """A model less answers; the others' answers stay in their order."""
        self.kept.orders = {
            question: [other - (other > model) for other in order if other != model]
            for question, order in self.kept.orders.items()
        }

    def forget(self, questions: int = 0) -> None:
        """Only the first so many questions are left; none by default."""
        self.kept.orders = {number: order for number, order in self.kept.orders.items() if number < questions}
        self.kept.hidden = {number for number in self.kept.hidden if number < questions}
