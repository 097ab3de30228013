"""Up to four models side by side, asked the same at the same time: weights on one base, on another, and services."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.chat.services import failing, said, streamed
from tests.data.sheets.played_endpoint import Asked, PlayedEndpoint, Reply, playing
from tests.ui.chat_driving import MODEL, WILD, begin_anew, chat, chats, chatting, prompt
from tests.ui.driving import focus_in, paste, screen_text, see, send, type_text, wait_until
from tests.ui.seeing_folders import first_stage, second_stage
from workbench.chat.endpoints import KnownEndpoint, keep_endpoint
from workbench.chat.protocol import GenerationSettings
from workbench.chat.votes import kept_votes
from workbench.paths import resolve_model
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.widgets.chat_message import ModelMessage
from workbench.ui.widgets.transcript import Transcript

pytestmark = [pytest.mark.heavy, pytest.mark.asyncio(loop_scope="module")]
_GREETING = streamed(said("Hello from "), said("the service."))


@pytest.fixture(scope="module")
def service() -> Iterator[PlayedEndpoint]:
    """A chat service on this machine; tests change what it says."""
    with playing(lambda _asked: _GREETING) as played:
        yield played


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pilot[None]]:
    """The Chat area with the result of a first stage; that of the second and another base lie beside it."""
    folder = tmp_path_factory.mktemp("stages")
    project = folder / "demo"
    stage = first_stage(project / "stage1")
    second_stage(project / "stage2")
    Image.new("RGB", (64, 64), "red").save(project / "red.png")
    shutil.copytree(resolve_model("sample:model"), project / "other_base")
    async with chatting(folder, (80, 24), model=str(stage)) as pilot:
        yield pilot


@pytest_asyncio.fixture(loop_scope="module")
async def talk(loaded: Pilot[None], service: PlayedEndpoint) -> Pilot[None]:
    """An empty conversation with the first stage alone."""
    await idle(loaded)
    keep_endpoint(KnownEndpoint(name="played", url=service.url, model="actor"))
    service.script = lambda _asked: _GREETING
    screen = chat(loaded)
    screen.blind.is_on = False
    screen.end_comparison()
    first = ChosenModel(str(screen.workbench.project / "stage1")).with_parts_named()
    if screen.chat.chosen != first:
        screen.choose(first)
        await idle(loaded)
    await begin_anew(loaded)
    return loaded


async def idle(pilot: Pilot[None]) -> None:
    """Wait until nothing is answered or loaded."""
    busy = ("chat-engine", "chat-dialog", "chat-columns")
    workers = chat(pilot).workers
    await wait_until(pilot, lambda: all(one.is_finished for one in workers if one.group in busy))


async def put_beside(pilot: Pilot[None], *, model: str = "", added: str = "") -> None:
    """Compare with a model, or with what is put on the first one's base; without either, with the base alone."""
    count = len(chat(pilot).sides.all)
    await pilot.press("ctrl+g")
    await see(pilot, "Which model is asked the same?")
    for field, typed in (("#model-path", model), ("#adapter-path", added)):
        if typed:
            pilot.app.screen.query_one(field, Input).focus()
            await focus_in(pilot, Input)
            await type_text(pilot, typed)
    await pilot.press("enter")
    await wait_until(pilot, lambda: len(chat(pilot).sides.all) == count + 1 or len(pilot.app.screen_stack) > 1)


def in_project(pilot: Pilot[None], name: str) -> str:
    return str(chat(pilot).workbench.project / name)


def answers(pilot: Pilot[None]) -> list[list[str]]:
    """What was answered, by column."""
    return [[turn.content for turn in one.turns if turn.role == "assistant"] for one in chat(pilot).sides.all]


def engines() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline()]


async def ask_all(pilot: Pilot[None], question: str) -> None:
    await type_text(pilot, question)
    await pilot.press("enter")
    await wait_until(pilot, lambda: prompt(pilot).text == "")
    await idle(pilot)


async def test_both_stages_answer_about_the_same_picture_in_columns_with_one_engine(talk: Pilot[None]) -> None:
    await put_beside(talk, added=in_project(talk, "stage2"))
    await see(talk, "2 side by side · f12 votes and more")
    paste(talk, in_project(talk, "red.png"))
    await see(talk, "Pictures: red.png")
    await ask_all(talk, "What is in this picture?")
    left, right = answers(talk)
    assert len(left) == len(right) == 1
    await wait_until(talk, lambda: screen_text(talk).count("tokens/s") == 2)
    left_side, right_side = (message.region for message in chat(talk).query(ModelMessage))
    assert left_side.right == right_side.x and abs(left_side.width - right_side.width) <= 1
    assert left_side.y == right_side.y
    assert {tuple(turn.images) for one in chat(talk).sides.all for turn in one.questions} == {
        (in_project(talk, "red.png"),)
    }
    assert len(engines()) == 1
    kept = sorted(chats(talk).glob("*.json"))[-2:]
    assert [("stage1" in text, "stage2" in text) for text in map(Path.read_text, kept)] == [
        (True, False),
        (False, True),
    ]


async def test_what_was_asked_before_is_asked_the_others_too_and_each_can_be_taken_away(talk: Pilot[None]) -> None:
    await ask_all(talk, "Who are you?")
    await put_beside(talk)
    await idle(talk)
    assert answers(talk) == [[MODEL], [MODEL]], "a projector changes nothing of what is said of text"
    await put_beside(talk, model="endpoint:played")
    await idle(talk)
    assert answers(talk)[2] == ["Hello from the service."]
    await see(talk, "3 side by side · shown: 1–2, ctrl+n goes on")
    for words, shown in (("from the service", "shown: 2–3"), ("nowhere", "shown: 2–3")):
        await talk.press("ctrl+f")
        await see(talk, "Search in this conversation")
        talk.app.screen.query_one(Input).value = words
        await talk.press("enter")
        await see(talk, words, shown)
    await see(talk, "Nowhere in this conversation: nowhere", "Hello from the service.")
    prompt(talk).focus()
    await talk.press("f12")
    await see(talk, "take a model away")
    title, menu = talk.app.screen.query_one(".dialog-title"), talk.app.screen.query_one(OptionList)
    assert menu.region.y == title.region.bottom + 1, "a menu without a text has no empty place for one"
    await choose(talk, "take a model away")
    await see(talk, "Go on without which model?")
    await talk.press("1")
    await see(talk, "2 side by side")
    assert answers(talk) == [[MODEL], ["Hello from the service."]]


async def test_models_of_two_folders_of_the_same_name_are_told_apart_above_their_columns(talk: Pilot[None]) -> None:
    project = chat(talk).workbench.project
    for run in ("a", "b"):
        second_stage(project / run / "results" / "last")
        await put_beside(talk, added=str(project / run / "results" / "last"))
        await idle(talk)
    assert chat(talk).speakers[1:] == ["a/results/last", "b/results/last"]
    await see(talk, "2  a/results/last")


async def choose(pilot: Pilot[None], text: str) -> None:
    """Choose an answer of a dialog by its text, once it is there."""
    await see(pilot, text)
    options = pilot.app.screen.query_one(OptionList)
    (options.highlighted,) = [number for number, one in enumerate(options.options) if text in str(one.prompt)]
    await pilot.press("enter")


async def test_again_and_edit_are_for_all(talk: Pilot[None]) -> None:
    await put_beside(talk)
    await ask_all(talk, "Who are you?")
    chat(talk).chat.settings = GenerationSettings(max_new_tokens=3)
    await talk.press("ctrl+r")
    await wait_until(talk, lambda: all(len(one) == 1 and one[0] != MODEL for one in answers(talk)))
    await idle(talk)
    await talk.press("ctrl+e")
    await wait_until(talk, lambda: prompt(talk).text == "Who are you?")
    assert answers(talk) == [[], []]


async def test_stopping_ends_all_answers_where_they_are(talk: Pilot[None]) -> None:
    await put_beside(talk)
    chat(talk).chat.settings = WILD
    await type_text(talk, "Who are you?")
    await talk.press("enter")
    shown = chat(talk).query(ModelMessage)
    await wait_until(
        talk, lambda: len(shown) == 2 and all(one.region.height > 2 for one in chat(talk).query(ModelMessage))
    )
    await talk.press("escape")
    await idle(talk)
    assert [len(one) for one in answers(talk)] == [1, 1]
    await wait_until(talk, lambda: screen_text(talk).count("stopped") == 2)


async def test_another_base_tells_its_memory_first_and_gets_an_engine_of_its_own(talk: Pilot[None]) -> None:
    await put_beside(talk, model=in_project(talk, "other_base"))
    await see(talk, "other_base is on another base", "beside the others. Free: ")
    await choose(talk, "leave it")
    await idle(talk)
    assert not chat(talk).sides.are_several
    send(talk, "ctrl+g", *in_project(talk, "other_base"), "enter", *"What is 2 plus 1?")
    await see(talk, "load it beside the others")
    await wait_until(talk, lambda: prompt(talk).text == "What is 2 plus 1?")  # the digits were no answer
    prompt(talk).put("")
    await choose(talk, "load it beside the others")
    await wait_until(talk, lambda: chat(talk)._loading is not None)
    await talk.press("f12")  # a dialog meanwhile does not end the loading
    await see(talk, "win rates")
    await talk.press("escape")
    await see(talk, "2 side by side")
    await ask_all(talk, "Who are you?")
    assert answers(talk) == [[MODEL], [MODEL]]
    assert len(engines()) == 2
    os.kill(engines()[1].pid, signal.SIGKILL)
    await ask_all(talk, "What is 3 plus 4?")
    assert answers(talk) == [[MODEL, "3 plus 4 is 7."], [MODEL, "3 plus 4 is 7."]], "it is loaded again by itself"


async def test_an_engine_that_dies_while_others_answer_costs_only_its_own_answer(
    talk: Pilot[None], service: PlayedEndpoint
) -> None:
    written = threading.Event()

    def slowly(_asked: Asked) -> Reply:
        written.wait()
        return _GREETING

    await put_beside(talk, model="endpoint:played")
    chat(talk).chat.settings = WILD
    service.script = slowly
    await type_text(talk, "Who are you?")
    await talk.press("enter")
    await wait_until(talk, lambda: any(one.region.height > 2 for one in chat(talk).query(ModelMessage)))
    for engine in engines():
        engine.kill()
    written.set()
    await see(talk, "The chat engine ended unexpectedly.", "An answer broke off", "broke off before it was whole")
    (left,), right = answers(talk)
    assert left != MODEL and right == ["Hello from the service."]
    chat(talk).chat.settings = GenerationSettings()
    await talk.press("ctrl+r")
    await wait_until(talk, lambda: answers(talk) == [[MODEL], ["Hello from the service."]])


async def test_a_service_that_refuses_is_told_and_the_others_answers_stay(
    talk: Pilot[None], service: PlayedEndpoint
) -> None:
    await put_beside(talk, model="endpoint:played")
    service.script = lambda _asked: failing(401, "bad key")
    await ask_all(talk, "Who are you?")
    await see(talk, "played: ", "bad key", "An answer is missing.")
    assert answers(talk) == [[MODEL], []]
    service.script = lambda _asked: _GREETING
    await ask_all(talk, "What is 3 plus 4?")
    assert answers(talk)[1] == ["Hello from the service."] * 2, "what it owes is asked first"


async def test_a_vote_is_kept_and_names_are_hidden_until_it_is_given(talk: Pilot[None]) -> None:
    await put_beside(talk, model="endpoint:played")
    screen = chat(talk)
    before = len(kept_votes(screen.workbench.project))
    await talk.press("f12")
    await see(talk, "hide names until the vote")
    await choose(talk, "hide names until the vote")
    await see(talk, "From the next question on, names are hidden")
    await ask_all(talk, "Who are you?")
    await see(talk, "answer 1", "answer 2", MODEL, "Hello from the service.")
    assert "played" not in screen_text(talk) and "tokens/s" not in screen_text(talk)
    place = screen.blind.column_of(0, 1) + 1
    screen.query_one(Transcript).focus()
    await focus_in(talk, Transcript)
    await talk.press(str(place))
    await see(talk, "Better: played.", "tokens/s")
    (vote,) = kept_votes(screen.workbench.project)[before:]
    assert (vote.winner, vote.blind, vote.models) == (
        "endpoint:played",
        True,
        ["sample:model+stage1", "endpoint:played"],
    )
    prompt(talk).focus()
    await talk.press("f12")
    await choose(talk, "win rates")
    await see(talk, "Win rates", "endpoint:played", "100%")
    await talk.press("escape")


async def test_names_that_nobody_voted_on_can_be_shown(talk: Pilot[None]) -> None:
    await put_beside(talk, model="endpoint:played")
    chat(talk).blind.is_on = True
    await ask_all(talk, "Who are you?")
    await see(talk, "answer 1", "answer 2", MODEL, "Hello from the service.")
    await talk.press("ctrl+x")
    await see(talk, "Names of the answers to these questions are hidden until you vote", ": 1.", "f12 also shows them")
    await talk.press("f12")
    await see(talk, "take a model away")
    await choose(talk, "show the names that are still hidden, without a vote")
    await see(talk, "played", "tokens/s")
    assert "answer 1" not in screen_text(talk)
    await talk.press("f12")
    await see(talk, "take a model away")
    assert "still hidden" not in screen_text(talk)
    await talk.press("escape")
    await talk.press("ctrl+x")
    await see(talk, "Write this conversation into a file")
    await talk.press("escape")


async def test_another_model_alone_ends_a_comparison_only_if_that_is_meant(talk: Pilot[None]) -> None:
    await put_beside(talk, model="endpoint:played")
    for keys, count in (("enter",), 2), (("down", "enter"), 1):
        await talk.press("f9")
        await see(talk, "Which model do you want to chat with?")
        await talk.press("enter")
        await see(talk, "End the comparison of 2?")
        await talk.press(*keys)
        await wait_until(talk, lambda count=count: len(chat(talk).sides.all) == count)  # type: ignore[misc]
        await idle(talk)


async def test_a_conversation_with_pictures_is_not_put_beside_a_model_that_does_not_see(talk: Pilot[None]) -> None:
    paste(talk, in_project(talk, "red.png"))
    await see(talk, "Pictures: red.png")
    await ask_all(talk, "What is it?")
    await put_beside(talk)
    await see(talk, "takes no pictures, and this")
    await talk.press("enter")
    assert len(answers(talk)) == 1


async def test_models_are_not_offered_beside_themselves_and_long_names_keep_their_ends(talk: Pilot[None]) -> None:
    """Checkpoints of one training begin alike."""
    project = chat(talk).workbench.project
    stage = second_stage(project / "a_training_whose_name_fills_a_column_of_its_own" / "checkpoint-284")
    await put_beside(talk, added=str(stage))
    await see(talk, "/checkpoint-284", "2 side by side")
    await talk.press("ctrl+g")
    await see(talk, "Which model is asked the same?", "base alone", "played")
    assert "stage1" not in screen_text(talk).split("asked the same?")[1]
    await talk.press("escape")


async def test_a_question_file_gives_a_table_that_is_found_again(talk: Pilot[None], service: PlayedEndpoint) -> None:
    chat(talk).choose(ChosenModel("endpoint:played"))
    await idle(talk)
    service.script = lambda asked: streamed(said("It is 7." if "3" in asked.text else "\x1b[31mred [bold]"))
    (chat(talk).workbench.project / "sums.csv").write_text("question,answer\n3 plus 4?,7\nA colour?,\n4 plus 4?,8\n")
    await talk.press("f12")
    await choose(talk, "ask all of a question file")
    await see(talk, "Which questions?")
    await type_text(talk, "sums.csv")
    await talk.press("enter")
    await see(talk, "finished · 3 of 3 answers", "✓ It is 7.", "✗ [31mred [bold]", "1/2 endpoint:played")
    await talk.press("escape")
    await talk.press("f12")
    await choose(talk, "tables of question files")
    await see(talk, "Tables of question files", "compare_sums")
    await talk.press("enter")
    await see(talk, "3 of 3 answers")
    await talk.press("enter")
    await see(talk, "Question 1", "expected: 7", "── endpoint:played")
    await talk.press("escape", "escape")
