"""Two sets of weights on one base, side by side: asked the same, one after the other, by one engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.chat_driving import MODEL, WILD, begin_anew, chat, chats, chatting, prompt
from tests.ui.driving import focus_in, paste, screen_text, see, type_text, wait_until
from tests.ui.seeing_folders import first_stage, second_stage
from workbench.chat.protocol import GenerationSettings
from workbench.configs.provenance import Provenance, write_provenance
from workbench.ui.widgets.chat_message import ModelMessage

pytestmark = [pytest.mark.heavy, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pilot[None]]:
    """The Chat area with the result of a first stage; that of the second lies beside it."""
    folder = tmp_path_factory.mktemp("stages")
    project = folder / "demo"
    stage = first_stage(project / "stage1")
    second_stage(project / "stage2")
    Image.new("RGB", (64, 64), "red").save(project / "red.png")
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "adapter_config.json").write_text("{}")
    write_provenance(elsewhere, Provenance(base_model="sample:vision_tower"))
    async with chatting(folder, (80, 24), model=str(stage)) as pilot:
        yield pilot


@pytest_asyncio.fixture(loop_scope="module")
async def talk(loaded: Pilot[None]) -> Pilot[None]:
    """An empty conversation with the first stage alone."""
    await idle(loaded)
    if chat(loaded).sides.second is not None:
        await loaded.press("ctrl+g")
    await begin_anew(loaded)
    return loaded


async def idle(pilot: Pilot[None]) -> None:
    """Wait until nothing is answered or loaded."""
    busy = ("chat-engine", "chat-dialog")
    workers = chat(pilot).workers
    await wait_until(pilot, lambda: all(one.is_finished for one in workers if one.group in busy))


async def put_beside(pilot: Pilot[None], name: str = "") -> None:
    """Compare with the folder of this name; without one, with the base alone."""
    await pilot.press("ctrl+g")
    await see(pilot, "Which weights on sample:model are asked the same?")
    if name:
        pilot.app.screen.query_one("#adapter-path", Input).focus()
        await focus_in(pilot, Input)
        await type_text(pilot, str(chat(pilot).workbench.project / name))
    await pilot.press("enter")


def answers(pilot: Pilot[None]) -> list[list[str]]:
    """What was answered, by column."""
    return [[turn.content for turn in one.turns if turn.role == "assistant"] for one in chat(pilot).sides.all]


async def ask_both(pilot: Pilot[None], question: str) -> None:
    await type_text(pilot, question)
    await pilot.press("enter")
    await wait_until(pilot, lambda: prompt(pilot).text == "")
    await idle(pilot)


async def test_both_stages_answer_about_the_same_picture_in_columns(talk: Pilot[None]) -> None:
    await put_beside(talk, "stage2")
    await see(talk, "sample:model, two sets of weights side by side; ctrl+g ends it")
    paste(talk, str(chat(talk).workbench.project / "red.png"))
    await see(talk, "Pictures: red.png")
    await ask_both(talk, "What is in this picture?")
    left, right = answers(talk)
    assert len(left) == len(right) == 1
    columns = [message.region for message in chat(talk).query(ModelMessage)]
    assert [(region.x, region.width) for region in columns] == [(1, 38), (39, 39)]
    assert columns[0].y == columns[1].y
    await wait_until(talk, lambda: screen_text(talk).count("tokens/s") == 2)
    assert {tuple(turn.images) for one in chat(talk).sides.all for turn in one.questions} == {
        (str(chat(talk).workbench.project / "red.png"),)
    }
    engines = [child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline()]
    assert len(engines) == 1
    kept = sorted(chats(talk).iterdir())[-2:]
    assert [("stage1" in text, "stage2" in text) for text in map(Path.read_text, kept)] == [
        (True, False),
        (False, True),
    ]


async def test_what_was_asked_before_is_asked_the_other_too_and_leaving_keeps_the_left(talk: Pilot[None]) -> None:
    await ask_both(talk, "Who are you?")
    await put_beside(talk)
    await wait_until(talk, lambda: len(answers(talk)) == 2)
    await idle(talk)
    assert answers(talk) == [[MODEL], [MODEL]], "a projector changes nothing of what is said of text"
    await see(talk, "demo/stage1", "base alone")
    await talk.press("ctrl+g")
    await see(talk, "sample:model + demo/stage1 · template")
    assert answers(talk) == [[MODEL]]
    await ask_both(talk, "What is 3 plus 4?")
    assert answers(talk) == [[MODEL, "3 plus 4 is 7."]]
    assert "base alone" not in screen_text(talk)


async def test_again_and_edit_are_for_both(talk: Pilot[None]) -> None:
    await put_beside(talk)
    await see(talk, "two sets of weights side by side")
    await ask_both(talk, "Who are you?")
    chat(talk).chat.settings = GenerationSettings(max_new_tokens=3)
    await talk.press("ctrl+r")
    await wait_until(talk, lambda: all(len(one) == 1 and one[0] != MODEL for one in answers(talk)))
    await talk.press("ctrl+e")
    await wait_until(talk, lambda: prompt(talk).text == "Who are you?")
    assert answers(talk) == [[], []]


async def test_stopping_the_left_answer_leaves_the_right_one_for_the_next_time(talk: Pilot[None]) -> None:
    await put_beside(talk)
    await see(talk, "two sets of weights side by side")
    chat(talk).chat.settings = WILD
    await type_text(talk, "Who are you?")
    await talk.press("enter")
    await wait_until(talk, lambda: (shown := chat(talk).query(ModelMessage)) and shown.last().region.height > 2)
    await talk.press("escape")
    await idle(talk)
    assert [len(one) for one in answers(talk)] == [1, 0]
    chat(talk).chat.settings = GenerationSettings()
    await ask_both(talk, "What is 3 plus 4?")
    assert answers(talk)[1] == [MODEL, "3 plus 4 is 7."]


async def test_weights_on_another_base_are_refused(talk: Pilot[None]) -> None:
    await put_beside(talk, "elsewhere")
    await see(talk, "The two are not on one base: sample:model and", "only one base model")
    await talk.press("enter")
    await see(talk, "sample:model + demo/stage1 · template")
    assert chat(talk).sides.second is None


async def test_a_conversation_with_pictures_is_not_put_beside_a_model_that_does_not_see(talk: Pilot[None]) -> None:
    paste(talk, str(chat(talk).workbench.project / "red.png"))
    await see(talk, "Pictures: red.png")
    await ask_both(talk, "What is it?")
    await put_beside(talk)
    await see(talk, "takes no pictures, and this")
    await talk.press("enter")
    await see(talk, "sample:model + demo/stage1 · template")
    assert len(answers(talk)) == 1


async def test_weights_are_not_offered_beside_themselves_and_long_names_keep_their_ends(talk: Pilot[None]) -> None:
    """Checkpoints of one training begin alike."""
    project = chat(talk).workbench.project
    stage = second_stage(project / "a_training_whose_name_fills_a_column_of_its_own" / "checkpoint-284")
    await put_beside(talk, str(stage.relative_to(project)))
    await see(talk, "/checkpoint-284", "two sets of weights side by side")
    await talk.press("ctrl+g")
    await see(talk, "The model is ready.")
    await talk.press("ctrl+g")
    await see(talk, "Which weights on sample:model are asked the same?", "base alone")
    assert "stage1" not in screen_text(talk).split("asked the same?")[1]
    await talk.press("escape")
