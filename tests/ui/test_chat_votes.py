"""A vote counts for the model that gave the answer, whichever is asked now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.chat_driving import ask, chat, chatting
from tests.ui.driving import focus_in, see, wait_until, work_done
from tests.ui.played_chat import LEFT, RIGHT, two_models
from workbench.chat.endpoints import ENDPOINT, KnownEndpoint, keep_endpoint
from workbench.chat.votes import kept_votes
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.widgets.transcript import Transcript


@pytest.mark.parametrize("is_blind", [False, True])
async def test_a_model_that_was_changed_gets_no_vote_for_answers_of_the_one_before(
    tmp_path: Path, is_blind: bool
) -> None:
    with two_models(tmp_path) as service:
        keep_endpoint(KnownEndpoint(name="third", url=service.url, model="third"))
        async with chatting(tmp_path, (120, 40), chosen=LEFT) as pilot:
            screen = chat(pilot)
            await ask(pilot, "first")
            screen.choose(RIGHT)
            await work_done(pilot, "chat-engine")
            assert await screen.add_beside(ChosenModel(f"{ENDPOINT}third"))
            await screen.repaint()
            screen.answer()
            await wait_until(pilot, lambda: not screen.sides.are_owing)
            await work_done(pilot, "chat-engine")
            if is_blind:
                screen.blind.is_on = True
                screen.blind._shuffle = list.reverse
            await ask(pilot, "second")
            screen.query_one(Transcript).focus()
            await focus_in(pilot, Transcript)
            await see(pilot, "left to first", "right to second")
            await pilot.press("2" if is_blind else "1")
            await see(pilot, "Better: right.")
            await pilot.press("home", "1")
            await see(pilot, "Question 1: Better: left.")
            second, first = kept_votes(screen.workbench.project)
            assert (second.models, second.winner) == (["endpoint:right", "endpoint:third"], "endpoint:right")
            assert (first.models, first.winner) == (["endpoint:left", "endpoint:third"], "endpoint:left")
            assert screen.best_of(0) == screen.best_of(1) == 0


async def test_two_answers_of_one_model_are_nothing_to_vote_on(tmp_path: Path) -> None:
    with two_models(tmp_path):
        async with chatting(tmp_path, (120, 40), chosen=LEFT) as pilot:
            screen = chat(pilot)
            await ask(pilot, "first")
            screen.choose(RIGHT)
            await work_done(pilot, "chat-engine")
            assert await screen.add_beside(LEFT)
            await screen.repaint()
            screen.answer()
            await wait_until(pilot, lambda: not screen.sides.are_owing)
            screen.query_one(Transcript).focus()
            await focus_in(pilot, Transcript)
            await work_done(pilot, "chat-engine")
            await pilot.press("1")
            await see(pilot, "the same model gave several of these answers")
            assert kept_votes(screen.workbench.project) == []
