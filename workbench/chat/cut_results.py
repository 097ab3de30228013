"""Results of tools that are too long for a model's context, cut to what fits of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from workbench.chat.exchanges import Exchange
from workbench.chat.turn import ChatTurn

_END = 200
"""Characters of a result's end that are kept at most: behind the last one stands what the model is told to do next."""


def with_results_cut(exchange: Exchange, fits: Callable[[Exchange], bool]) -> tuple[Exchange, int] | None:
    """An exchange with as much of its tools' results as fits, each of at most the same length, and a mark where they are
    cut; and how many characters of them that leaves out. None if it does not fit even without them.

    Args:
        fits: whether an exchange does; if it does, so do shorter ones.
    """
    longest = max((len(turn.content) for turn in exchange if _is_result(turn)), default=0)
    too_long = bisect_left(range(longest), True, key=lambda most: not fits(_cut_to(exchange, most)))
    if too_long == 0:
        return None
    most = too_long - 1
    left_out = sum(len(turn.content) - most for turn in exchange if _is_result(turn) and len(turn.content) > most)
    return _cut_to(exchange, most), left_out


def _is_result(turn: ChatTurn) -> bool:
    """Whether a tool said it, also where the protocol lets the system say it."""
    return turn.role == "tool" or (turn.role == "system" and bool(turn.tool))


def _cut_to(exchange: Exchange, most: int) -> Exchange:
    return [_cut(turn, most) if _is_result(turn) and len(turn.content) > most else turn for turn in exchange]


def _cut(turn: ChatTurn, most: int) -> ChatTurn:
    """Beginning and end of a result, so many characters of it, with what is left out said to the model between them."""
    end = min(most // 4, _END)
    mark = f"\n[{len(turn.content) - most} of {len(turn.content)} characters left out: they do not fit]\n"
    text = turn.content[: most - end] + mark + turn.content[len(turn.content) - end :]
    return turn.model_copy(update={"content": text})
