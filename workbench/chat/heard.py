"""What of a conversation a model is told: all but questions that it could not answer and that were passed over."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.chat.turn import ChatTurn


def heard_numbers(turns: Sequence[ChatTurn]) -> list[int]:
    """The numbers of the turns without questions that another one follows at once."""
    asks = [turn.role == "user" for turn in turns]
    return [number for number in range(len(turns)) if not all(asks[number : number + 2]) or number == len(turns) - 1]


def heard(turns: Sequence[ChatTurn]) -> list[ChatTurn]:
    """The turns without those questions."""
    return [turns[number] for number in heard_numbers(turns)]
