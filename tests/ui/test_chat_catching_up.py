"""A model that is put beside a long conversation answers all of it, each answer beside its question."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.chat_driving import ask, chat, chatting
from tests.ui.driving import screen_text, wait_until, work_done
from tests.ui.played_chat import LEFT, put_right_beside, two_models
from workbench.ui.widgets.chat_message import ModelMessage
from workbench.ui.widgets.exchange_view import ExchangeView

_QUESTIONS = 8


@pytest.mark.asyncio
async def test_every_answer_stands_beside_its_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with two_models(tmp_path):
        async with chatting(tmp_path, (160, 30), chosen=LEFT) as pilot:
            for number in range(_QUESTIONS):
                await ask(pilot, f"q{number}")
            screen = chat(pilot)
            await put_right_beside(pilot)
            noted: list[str] = []
            monkeypatch.setattr(screen, "note", lambda text, note=screen.note: (noted.append(text), note(text)))
            screen.answer()
            await wait_until(pilot, lambda: not screen.sides.are_owing)
            await work_done(pilot, "chat-engine")
            assert "The questions so far are answered first, from the oldest of 8 on; escape stops." in noted
            assert "the oldest of 8" not in screen_text(pilot)
            numbers = [number_of(view) for view in screen.query(ExchangeView)]
            assert numbers == list(range(numbers[0], _QUESTIONS)), "each once, in order, up to the last"
            assert all(said_in(view) == one(number_of(view)) for view in screen.query(ExchangeView))


def number_of(view: ExchangeView) -> int:
    (first, *_others) = view._row
    assert first is not None and first.question is not None
    return int(first.question.content.removeprefix("q"))


def one(number: int) -> list[str]:
    return [f"left to q{number}", f"right to q{number}"]


def said_in(view: ExchangeView) -> list[str]:
    """The answers of an exchange on the screen."""
    return ["".join(turn.content for turn in one._turns) or one._streamed for one in view.query(ModelMessage)]
