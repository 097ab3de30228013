"""Columns that have no room, and answers in an order of their own."""

from __future__ import annotations

import pytest

from workbench.chat.turn import ChatTurn, Figures
from workbench.ui.blind import Blind
from workbench.ui.chat_exchange import Column, Exchange
from workbench.ui.columns_shown import ColumnsShown, even_columns, mixed_columns
from workbench.ui.streamed_pieces import in_pieces

_FIGURES = Figures(tokens=1, total_s=1, ended_by="model")


def column(name: str, *answers: str) -> Column:
    """A conversation of numbered questions, as far as they were answered."""
    return Column(
        name,
        [
            Exchange(
                2 * n,
                ChatTurn(role="user", content=f"q{n}"),
                [ChatTurn(role="assistant", content=text)],
                figures=_FIGURES,
            )
            for n, text in enumerate(answers)
        ],
    )


@pytest.mark.parametrize(
    ("width", "count", "shown"), [(80, 4, [0, 1]), (80, 2, [0, 1]), (160, 4, [0, 1, 2, 3]), (70, 3, [0])]
)
def test_as_many_columns_are_shown_as_can_be_read(width: int, count: int, shown: list[int]) -> None:
    window = ColumnsShown()
    window.fit(width, count)
    assert list(window.numbers) == shown


def test_going_on_shows_every_column_and_comes_round() -> None:
    window = ColumnsShown()
    window.fit(80, 3)
    seen = [list(window.numbers)]
    while window.go_on() and (now := list(window.numbers)) not in seen:
        seen.append(now)
    assert seen == [[0, 1], [1, 2]]
    window.fit(80, 1)
    assert (list(window.numbers), window.go_on()) == ([0], False)


def test_blind_answers_stand_in_their_own_order_without_names_until_the_vote() -> None:
    blind = Blind(shuffle=list.reverse)
    columns = [column("a", "a0", "a1"), column("b", "b0", "b1")]
    blind.begin(0, 2)
    blind.is_on = True
    blind.begin(1, 2)
    left, right = mixed_columns(columns, blind)
    assert [(one.text, one.speaker) for one in left.exchanges] == [("a0", "a"), ("b1", "answer 1")]
    assert [(one.text, one.speaker) for one in right.exchanges] == [("b0", "b"), ("a1", "answer 2")]
    assert [one.figures for one in left.exchanges] == [_FIGURES, None], "speed tells who it is"
    blind.reveal(1)
    assert [one.speaker for one in mixed_columns(columns, blind)[0].exchanges] == ["a", "b"]


def test_an_answer_that_is_missing_leaves_its_place_empty() -> None:
    blind = Blind(shuffle=list.reverse)
    blind.is_on = True
    blind.begin(1, 2)
    left, right = mixed_columns(even_columns([column("a", "a0", "a1"), column("b", "b0")]), blind)
    assert [one.text for one in left.exchanges] == ["a0", ""]
    assert [one.text for one in right.exchanges] == ["b0", "a1"]


def test_what_is_asked_anew_is_mixed_anew_and_forgotten_with_its_question() -> None:
    blind = Blind(shuffle=list.reverse)
    blind.is_on = True
    blind.begin(0, 2)
    blind.is_on = False
    blind.begin(0, 2)
    assert not blind.is_mixed and not blind.hides(0)
    blind.is_on = True
    blind.begin(0, 2)
    blind.begin(1, 2)
    blind.forget(1)
    assert (blind.hides(0), blind.hides(1)) == (True, False)


def test_more_of_a_text_leaves_its_earlier_pieces_as_they_are() -> None:
    text = "".join(f"line {number} of some words\n" if number % 7 else "x" * 900 for number in range(200))
    before: list[str] = []
    for length in range(0, len(text), 137):
        now = list(in_pieces(text[:length]))
        assert now[: len(before) - 1] == before[:-1]
        assert "".join(now).replace("\n", "") == text[:length].replace("\n", "")
        assert max(map(len, now)) <= 6000
        before = now
    assert len(before) > 10
