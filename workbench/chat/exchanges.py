"""A conversation as exchanges, and how many of the newest ones fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import takewhile

from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.i18n import _

Exchange = list[ChatTurn]
"""A question with everything up to the next one: answers, calls of tools, their results."""


def exchanges_of(turns: Sequence[ChatTurn]) -> tuple[list[ChatTurn], list[Exchange]]:
    """The system texts that a conversation begins with, and its exchanges.

    What stands before the first question belongs to it.

    Raises:
        WorkbenchError: there is no question, or it is answered already.
    """
    system = list(takewhile(lambda turn: turn.role == "system", turns))
    exchanges: list[Exchange] = [[]]
    for turn in turns[len(system) :]:
        if turn.role == "user" and any(earlier.role == "user" for earlier in exchanges[-1]):
            exchanges.append([])
        exchanges[-1].append(turn)
    last = exchanges[-1]
    if not last or last[-1].role == "assistant" or not any(turn.role == "user" for turn in last):
        raise WorkbenchError(_("There is no question to answer."), fix=_("Write a message first."))
    return system, exchanges


def oldest_that_fits(count: int, fits: Callable[[int], bool]) -> int:
    """The first of so many exchanges from which on they fit; ``count`` if not even the newest does.

    Looked for from the newest on, so that nothing is measured that is much longer than what fits.

    Args:
        fits: whether all from one on do; if they do, so do fewer.
    """
    if not fits(count - 1):
        return count
    kept = 1
    while kept < count and fits(max(count - 2 * kept, 0)):
        kept = min(2 * kept, count)
    known_to_fit = count - kept
    first = min(max(count - 2 * kept, 0) + 1, known_to_fit)
    return first + bisect_left(range(first, known_to_fit), True, key=fits)
