"""Which model's answer stands in which column, and whether it may be known. No Textual here."""

from __future__ import annotations

import random
from collections.abc import Callable

Shuffle = Callable[[list[int]], None]


class Blind:
    """While it is on, the answers to each new question stand in an order of their own, without names until the vote.

    Questions are named by their numbers from 0, models by theirs from left to right. ``is_on``: whether the next
    question's answers are mixed.

    Args:
        shuffle: mixes a list in place.
    """

    def __init__(self, shuffle: Shuffle = random.shuffle) -> None:
        self.is_on = False
        self._shuffle = shuffle
        self._orders: dict[int, list[int]] = {}
        self._hidden: set[int] = set()

    def begin(self, question: int, models: int) -> None:
        """A question is asked of so many models."""
        self._orders.pop(question, None)
        self._hidden.discard(question)
        if self.is_on and models > 1:
            order = list(range(models))
            self._shuffle(order)
            self._orders[question] = order
            self._hidden.add(question)

    def model_in(self, question: int, column: int) -> int:
        """Whose answer to a question stands in a column."""
        return self._orders[question][column] if question in self._orders else column

    def column_of(self, question: int, model: int) -> int:
        """The column in which a model's answer to a question stands."""
        return self._orders[question].index(model) if question in self._orders else model

    def hides(self, question: int) -> bool:
        """Whether the names are not to be seen yet."""
        return question in self._hidden

    @property
    def is_mixed(self) -> bool:
        """Whether any question's answers stand in another order than the models."""
        return bool(self._orders)

    @property
    def hides_any(self) -> bool:
        """Whether any question waits for its vote."""
        return bool(self._hidden)

    def reveal(self, question: int) -> None:
        """Show the names; the answers stay where they are."""
        self._hidden.discard(question)

    def forget(self, questions: int = 0) -> None:
        """Only the first so many questions are left; none by default."""
        self._orders = {number: order for number, order in self._orders.items() if number < questions}
        self._hidden = {number for number in self._hidden if number < questions}

    def forget_orders(self) -> None:
        """The models are others from now on: names stand where they stood at the beginning."""
        self.forget()
