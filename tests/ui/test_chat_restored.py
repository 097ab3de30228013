"""What stood on the screen stands there again: after a start, and when it is opened, with all that stood beside it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.chat.services import failing, falling_silent, said, streamed
from tests.data.sheets.played_endpoint import Asked, PlayedEndpoint, Reply
from tests.ui.chat_driving import ask, chat, opened
from tests.ui.driving import focus_in, screen_text, see, type_text, wait_until
from tests.ui.played_chat import LEFT, RIGHT, put_right_beside, two_models
from workbench.chat.endpoints import KnownEndpoint, forget_endpoint, keep_endpoint
from workbench.chat.votes import kept_votes
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.transcript import Transcript

pytestmark = pytest.mark.asyncio


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PlayedEndpoint]:
    with two_models(tmp_path) as played:
        yield played


@asynccontextmanager
async def compared(folder: Path, question: str = "q") -> AsyncIterator[Pilot[None]]:
    """Both models, asked a question."""
    async with opened(folder, chosen=LEFT) as pilot:
        await see(pilot, "The model is ready.")
        await put_right_beside(pilot)
        await ask(pilot, question)
        yield pilot


async def test_a_comparison_is_there_after_a_start_and_names_stay_hidden(
    tmp_path: Path, service: PlayedEndpoint
) -> None:
    async with compared(tmp_path, "first") as pilot:
        chat(pilot).blind._shuffle = list.reverse
        await chat(pilot).action_blind()
        await ask(pilot, "second")
        await see(pilot, "answer 1", "answer 2")
    async with opened(tmp_path) as pilot:
        await see(pilot, "2 side by side · blind", "The last conversation goes on", "left to first", "answer 1")
        screen = chat(pilot)
        copied: list[str] = []
        screen.app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await pilot.press("ctrl+y")
        await wait_until(pilot, lambda: copied == ["answer 1:\nright to second\n\nanswer 2:\nleft to second"])
        await pilot.press("ctrl+x")
        await see(pilot, "are hidden until you vote")
        line = next(line for line in screen_text(pilot).splitlines() if "left to second" in line)
        assert line.index("right to second") < line.index("left to second"), "as it was mixed"
        screen.query_one(Transcript).focus()
        await pilot.press("1")
        await see(pilot, "Better: right.")
        (vote,) = kept_votes(screen.workbench.project)
        assert (vote.winner, vote.blind) == ("endpoint:right", True)
        screen.query_one("#chat-prompt").focus()
        await pilot.press("ctrl+g")
        await see(pilot, "The model is not loaded yet; enter loads it.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.models.is_ready(LEFT))
        await ask(pilot, "third")
        assert {str(asked.body["model"]) for asked in service.asked[-2:]} == {"left", "right"}
    async with opened(tmp_path) as pilot:
        await see(pilot, "2 side by side", "third", "answer 1")
        assert not chat(pilot).blind.hides(1)


async def test_a_question_that_a_column_cannot_answer_is_passed_over_once_another_can_be(
    tmp_path: Path, service: PlayedEndpoint
) -> None:
    async with compared(tmp_path) as pilot:
        whole = service.script

        def narrow(asked: Asked) -> Reply:
            is_long = any("long" in str(message["content"]) for message in asked.body["messages"])
            return failing(400, "too long") if is_long and asked.body["model"] == "right" else whole(asked)

        service.script = narrow
        for question in ("long one", "long two"):
            await type_text(pilot, question)
            await pilot.press("enter")
            await see(pilot, "right: ", "too long", "An answer is missing.")
        right = chat(pilot).sides.all[1]
        assert [turn.content for turn in right.questions] == ["q", "long one"], "none behind it could be answered"
        await ask(pilot, "short")
        await see(pilot, "left to short", "right to short", "right: ")
        assert [turn.content for turn in right.questions] == ["q", "long one", "long two", "short"]
        last = next(asked for asked in reversed(service.asked) if asked.body["model"] == "right")
        assert [one["content"] for one in last.body["messages"]] == ["q", "right to q", "short"]
        assert not chat(pilot).sides.are_owing
        await chat(pilot).action_vote(2)
        await see(pilot, "Better: right.")


async def test_a_comparison_that_was_left_while_its_first_answers_came_is_there_after_a_start(tmp_path: Path) -> None:
    async with falling_silent(said("Half ")) as url:
        for name in ("left", "right"):
            keep_endpoint(KnownEndpoint(name=name, url=url, model=name))
        async with opened(tmp_path, chosen=LEFT) as pilot:
            await see(pilot, "The model is ready.")
            await put_right_beside(pilot)
            chat(pilot).blind.is_on = True
            await type_text(pilot, "q")
            await pilot.press("enter")
            await wait_until(pilot, lambda: [one.text for one in chat(pilot)._coming] == ["Half ", "Half "])
    async with opened(tmp_path) as pilot:
        await see(pilot, "2 side by side · blind", "answer 1", "answer 2")
        assert "left" not in screen_text(pilot) and "right" not in screen_text(pilot)
        assert [chat.turns[-1].content for chat in chat(pilot).sides.all] == ["Half ", "Half "]


async def test_a_vote_is_about_the_chosen_question(tmp_path: Path, service: PlayedEndpoint) -> None:
    async with compared(tmp_path, "first") as pilot:
        await ask(pilot, "second")
        await pilot.press("f12")
        await see(pilot, "vote for the best answer")
        await pilot.press("1")
        await see(pilot, "Which answer is the best?", "1  left")
        await pilot.press("1")
        await see(pilot, "Better: left.")
        chat(pilot).query_one(Transcript).focus()
        await focus_in(pilot, Transcript)
        await pilot.press("home", "2")
        await see(pilot, "Question 1: Better: right.")
        votes = kept_votes(chat(pilot).workbench.project)
        assert {vote.question: vote.winner for vote in votes} == {"first": "endpoint:right", "second": "endpoint:left"}
        await pilot.press("3")
        await see(pilot, "There is no answer 3 to this question.")


async def test_what_came_of_an_answer_stays_if_asking_again_fails_too(tmp_path: Path, service: PlayedEndpoint) -> None:
    async with opened(tmp_path, chosen=LEFT) as pilot:
        await see(pilot, "The model is ready.")
        whole, service.script = service.script, lambda _asked: streamed(said("Half an ans"), end=False)
        await type_text(pilot, "q")
        await pilot.press("enter")
        await see(pilot, "An answer broke off", "Half an ans")
        service.script = lambda _asked: failing(503, "down")
        await type_text(pilot, "draft")
        await pilot.press("ctrl+r")
        await see(pilot, "left: ", "down", "An answer broke off", "Half an ans", "draft")
        service.script = whole
        await pilot.press("ctrl+r")
        await see(pilot, "left to q", "‹ 2/2 ›", "draft")


async def test_editing_and_going_back_shows_no_hidden_name(tmp_path: Path, service: PlayedEndpoint) -> None:
    async with compared(tmp_path, "first") as pilot:
        await chat(pilot).action_blind()
        await ask(pilot, "second")
        await see(pilot, "answer 1", "answer 2")
        await pilot.press("ctrl+e")
        await see(pilot, "ctrl+e brings it back")
        await pilot.press("ctrl+e")
        await see(pilot, "answer 1", "answer 2")
        assert chat(pilot).blind.hides(1)


async def test_a_vote_is_among_those_who_have_answered(tmp_path: Path, service: PlayedEndpoint) -> None:
    async with compared(tmp_path) as pilot:
        whole = service.script
        service.script = lambda asked: failing(401, "bad key") if asked.body["model"] == "right" else whole(asked)
        await type_text(pilot, "more")
        await pilot.press("enter")
        await see(pilot, "bad key", "An answer is missing.")
        await chat(pilot).action_vote(1)
        await see(pilot, "There is nothing to vote on")
        chat(pilot).query_one(Transcript).focus()
        await focus_in(pilot, Transcript)
        keep_endpoint(KnownEndpoint(name="third", url=service.url, model="third"))
        assert await chat(pilot).add_beside(ChosenModel("endpoint:third"))
        await chat(pilot).repaint()
        chat(pilot).answer()
        await see(pilot, "bad key", "An answer is missing.")
        await wait_until(pilot, lambda: chat(pilot).sides.all[2].last_answer == "third to more")
        await pilot.press("2")
        await see(pilot, "There is no answer 2 to this question.")
        chat(pilot).query_one(PromptInput).focus()
        await pilot.press("f12", "1")
        await see(pilot, "1  left", "3  third", "0  none: a tie")
        await pilot.press("2")  # nobody has this number
        await pilot.press("3")
        await see(pilot, "Better: third.")
        (vote,) = kept_votes(chat(pilot).workbench.project)
        assert (vote.models, vote.winner) == (["endpoint:left", "endpoint:third"], "endpoint:third")


async def test_opening_one_column_opens_those_beside_it_and_a_model_that_is_gone_is_told(
    tmp_path: Path, service: PlayedEndpoint
) -> None:
    async with compared(tmp_path) as pilot:
        await pilot.press("ctrl+l")
        await see(pilot, "The model is ready.")
        forget_endpoint("right")
        await pilot.press("ctrl+o")
        await see(pilot, "Earlier conversations", "right")
        await pilot.press("enter")
        await see(pilot, "left to q", "right to q", "right is not here any more (right); what it said stays.")


async def test_what_was_taken_away_is_opened_alone(tmp_path: Path, service: PlayedEndpoint) -> None:
    async with compared(tmp_path) as pilot:
        await chat(pilot).remove_column(1)
        files = chat(pilot).sides.files
        assert len(files) == 1
    async with opened(tmp_path) as pilot:
        await see(pilot, "The last conversation goes on", "left to q")
        assert "right to q" not in screen_text(pilot)
        await pilot.press("ctrl+o")
        await see(pilot, "Earlier conversations", "right")
        await pilot.press("enter")
        await see(pilot, "right to q")
        assert "left to q" not in screen_text(pilot)


async def test_who_comes_with_a_model_begins_an_empty_conversation(tmp_path: Path, service: PlayedEndpoint) -> None:
    async with compared(tmp_path):
        pass
    async with opened(tmp_path, chosen=RIGHT) as pilot:
        await see(pilot, "The model is ready.")
        assert not chat(pilot).sides.are_several


async def test_an_answer_that_breaks_off_stays_marked_and_one_key_asks_only_for_it_again(
    tmp_path: Path, service: PlayedEndpoint
) -> None:
    async with compared(tmp_path) as pilot:
        whole = service.script
        half = streamed(said("Half an ans"), end=False)
        service.script = lambda asked: half if asked.body["model"] == "right" else whole(asked)
        await type_text(pilot, "more")
        await pilot.press("enter")
        await see(pilot, "right: ", "broke off")
        await see(pilot, "Half an ans", "broke off before it was whole", "left to more")
    async with opened(tmp_path) as pilot:
        await see(pilot, "An answer broke off; what came of it stays.", "Half an ans", "broke off before it was whole")
        service.script, before = whole, len(service.asked)
        await pilot.press("ctrl+r")
        await see(pilot, "right to more", "right  ‹ 2/2 ›")
        assert [asked.body["model"] for asked in service.asked[before:]] == ["right"]


async def test_the_answer_that_was_voted_best_goes_into_a_dataset_and_all_columns_into_a_file(
    tmp_path: Path, service: PlayedEndpoint
) -> None:
    async with compared(tmp_path) as pilot:
        screen = chat(pilot)
        await screen.action_vote(2)
        await pilot.press("ctrl+d")
        await see(pilot, "Whose answer is put into a dataset?")
        await pilot.press("enter")
        await see(pilot, "Put this answer into a dataset: right", "right to q")
        await pilot.press("f9")
        await see(pilot, "Kept: row 1 of data/chat_pairs.jsonl.")
        pair = json.loads((screen.workbench.project / "data/chat_pairs.jsonl").read_text())
        assert [pair[one][0]["content"] for one in ("chosen", "rejected")] == ["right to q", "left to q"]
        await pilot.press("ctrl+x")
        await see(pilot, "Write this conversation into a file", "chat_")
        await type_text(pilot, "both.json")
        await pilot.press("enter")
        await see(pilot, "Written: both.json")
    async with opened(tmp_path, chosen=LEFT) as pilot:
        await see(pilot, "The model is ready.")
        await pilot.press("ctrl+o")
        await see(pilot, "Earlier conversations", "left")
        await pilot.press("f9")
        await see(pilot, "Open conversations of which file?")
        await type_text(pilot, "both.json")
        await pilot.press("enter")
        await see(pilot, "2 side by side", "left to q", "right to q")
