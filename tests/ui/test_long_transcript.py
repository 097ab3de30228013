"""A long conversation on screen: whatever is built at the same time, each answer stands under its question, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from tests.ui.driving import screen_text, wait_until
from workbench.chat.turn import ChatTurn
from workbench.ui.chat_exchange import Column, Exchange
from workbench.ui.widgets.chat_message import ModelMessage, UserMessage
from workbench.ui.widgets.exchange_view import ExchangeView
from workbench.ui.widgets.transcript import Transcript

pytestmark = pytest.mark.asyncio
_COUNT = 7


def said(model: str, number: int) -> list[ChatTurn]:
    return [ChatTurn(role="assistant", content=f"{model} to {number}.")]


class Conversation(App[None]):
    """The first model has answered everything, the second one nothing yet."""

    def __init__(self) -> None:
        super().__init__()
        asked = [ChatTurn(role="user", content=f"question {number}") for number in range(_COUNT)]
        self.columns = [
            Column(name, [Exchange(2 * number, question=turn) for number, turn in enumerate(asked)]) for name in "AB"
        ]
        for number, exchange in enumerate(self.columns[0].exchanges):
            exchange.answer = said("A", number)

    def compose(self) -> ComposeResult:
        yield Transcript(lambda: self.columns)


@pytest_asyncio.fixture
async def shown() -> AsyncIterator[Pilot[None]]:
    async with Conversation().run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        yield pilot


def transcript(pilot: Pilot[None]) -> Transcript:
    return pilot.app.query_one(Transcript)


def built(pilot: Pilot[None]) -> list[tuple[str, list[str]]]:
    """What stands on the screen and around it, from top to bottom."""
    return [
        (
            view.query_one(UserMessage)._turn.content,
            [message._streamed or message._turns[0].content for message in view.query(ModelMessage)],
        )
        for view in transcript(pilot).query(ExchangeView)
    ]


async def test_answers_that_are_caught_up_stand_beside_their_questions(shown: Pilot[None]) -> None:
    app = shown.app
    assert isinstance(app, Conversation)
    await transcript(shown).show()
    for number in range(_COUNT):
        message = await transcript(shown).begin_answer(number - _COUNT, 1, "B")
        await message.append(f"B to {number}.")
        app.columns[1].exchanges[number].answer = said("B", number)
        message.show_figures("")
        if number % 3 == 0:
            await asyncio.sleep(0.01)  # what was put off comes in between
    await wait_until(shown, lambda: not transcript(shown)._is_building)
    for _ in range(20):
        await shown.pause()
    seen = built(shown)
    numbers = [int(question.split()[1]) for question, _answers in seen]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert numbers[-1] == _COUNT - 1
    assert [answers for _question, answers in seen] == [[f"A to {number}.", f"B to {number}."] for number in numbers]


async def test_what_is_told_of_messages_that_are_not_built_yet_or_no_more_is_no_error(shown: Pilot[None]) -> None:
    message = ModelMessage("A")
    message.show_figures("1 token")
    await message.append("early")
    await transcript(shown).mount(message)
    await wait_until(shown, lambda: "1 token" in screen_text(shown))
    await message.remove()
    await message.append("late")
    message.show_figures("2 tokens")
    seen_later = Exchange(0, question=ChatTurn(role="user", content="q"), unseen=4)
    view = ExchangeView(0, [Exchange(0, question=seen_later.question)], ["A"])
    view.mark_view([seen_later])
    await transcript(shown).mount(view)
    await wait_until(shown, lambda: "nothing above this line: 4" in screen_text(shown))
    await shown.pause()


async def test_what_is_built_fills_the_view(shown: Pilot[None]) -> None:
    for exchange in shown.app.columns[1].exchanges:  # type: ignore[attr-defined]
        exchange.answer = said("B", exchange.begins // 2)
    await shown.resize_terminal(100, 60)
    await transcript(shown).show()
    await wait_until(shown, lambda: "question 3" in screen_text(shown))


async def test_an_answer_that_grows_while_more_is_built_above_is_still_followed(shown: Pilot[None]) -> None:
    view = transcript(shown)
    await view.show()
    await wait_until(shown, lambda: not view._is_building and view._built.start == 0)
    view.anchor()
    await shown.pause()
    above_the_end = view.max_scroll_y - 3  # as it is when an answer has grown and is not laid out yet
    view._scroll_to(y=above_the_end, animate=False, release_anchor=False)
    view._put_back(view._generation, view._first_seen(), above=0)
    await view.mount(Static("more"))
    await wait_until(shown, lambda: view.is_vertical_scroll_end)
