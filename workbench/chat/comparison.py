"""What is kept of a comparison with each of its conversations, so that they can stand side by side again."""

from __future__ import annotations

from pydantic import BaseModel, Field


class BlindOrders(BaseModel):
    """In which order the answers to each question stand, by the questions' numbers from 0, and whose names are hidden.

    Args:
        is_on: whether the next question's answers are mixed.
        orders: which model's answer stands in each column, where that is another order than the models'.
        hidden: questions that wait for their vote.
    """

    is_on: bool = False
    orders: dict[int, list[int]] = {}
    hidden: set[int] = set()

    def fitting(self, columns: int) -> BlindOrders:
        """The same for so many columns; without the orders if they are of more or fewer."""
        fits = all(sorted(order) == list(range(columns)) for order in self.orders.values())
        return self if fits else BlindOrders(is_on=self.is_on)


class Compared(BaseModel):
    """Where a conversation stands beside others.

    Args:
        group: the same for all that stand side by side, and for no others.
        column: its place from the left, from 0.
        blind: of the whole comparison, kept with what stands at the left.
    """

    group: str
    column: int
    blind: BlindOrders = Field(default_factory=BlindOrders)
