"""A conversation is cut where a question begins, and nowhere else."""

from __future__ import annotations

from functools import partial

import pytest

from workbench.chat.exchanges import exchanges_of, oldest_that_fits
from workbench.chat.turn import ChatRole, ChatTurn
from workbench.errors import WorkbenchError

_ROLES: dict[str, ChatRole] = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}


def turns(letters: str) -> list[ChatTurn]:
    return [ChatTurn(role=_ROLES[letter], content=str(number)) for number, letter in enumerate(letters)]


@pytest.mark.parametrize(
    "letters, system, exchanges",
    [
        ("u", "", ["u"]),
        ("suauau", "s", ["ua", "ua", "u"]),
        ("uatatauatat", "", ["uatata", "uatat"]),
        ("suasasauas", "s", ["uasasa", "uas"]),
        ("aua" + "u", "", ["aua", "u"]),
        ("uuau", "", ["u", "ua", "u"]),
    ],
)
def test_an_exchange_goes_from_one_question_to_the_next(letters: str, system: str, exchanges: list[str]) -> None:
    said = turns(letters)
    begun, found = exchanges_of(said)
    assert "".join(turn.role[0] for turn in begun) == system
    assert ["".join(turn.role[0] for turn in exchange) for exchange in found] == exchanges
    assert [*begun, *(turn for exchange in found for turn in exchange)] == said


@pytest.mark.parametrize("letters", ["", "s", "ua", "suata", "at"])
def test_without_an_open_question_there_is_nothing_to_answer(letters: str) -> None:
    with pytest.raises(WorkbenchError, match="no question"):
        exchanges_of(turns(letters))


def test_the_oldest_that_fits_is_found_without_measuring_much_more_than_that() -> None:
    for count in range(1, 40):
        for first in range(count + 1):
            measured: list[int] = []
            assert oldest_that_fits(count, partial(_fits, measured, first)) == first
            kept = count - first
            assert count - min(measured) <= max(2 * kept, 1)
            assert len(measured) <= 2 * kept.bit_length() + 2


def _fits(measured: list[int], first: int, number: int) -> bool:
    measured.append(number)
    return number >= first
