"""Chat about pictures: they come by typing, pasting, dragging or a dialog, and are seen, sent and kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.chat_driving import ask, begin_anew, chat, chats, chatting, on_disk, prompt, turns
from tests.ui.driving import focus_in, paste, screen_text, see, shows, type_text, wait_until
from tests.ui.seeing_folders import first_stage
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.turn import ChatTurn
from workbench.preferences import keep_preferences

pytestmark = [pytest.mark.heavy, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pilot[None]]:
    """The Chat area with a model that sees, in a project with pictures."""
    folder = tmp_path_factory.mktemp("seeing")
    project = folder / "demo"
    stage = first_stage(project / "stage1")
    for name, colour in (("red.png", "red"), ("my cat.png", "blue"), ("wide.png", "green")):
        Image.new("RGB", (96, 48 if name == "wide.png" else 96), colour).save(project / name)
    (project / "text.png").write_text("no picture")
    async with chatting(folder, (80, 40), model=str(stage)) as pilot:
        yield pilot


@pytest_asyncio.fixture(loop_scope="module")
async def talk(loaded: Pilot[None]) -> Pilot[None]:
    await begin_anew(loaded)
    return loaded


def project_of(pilot: Pilot[None]) -> Path:
    return chat(pilot).workbench.project


def attached(pilot: Pilot[None]) -> list[str]:
    return [Path(picture).name for picture in chat(pilot).pictures]


# -- how pictures come


async def test_a_picture_is_named_in_the_message_with_tab_and_sent_with_it(talk: Pilot[None]) -> None:
    await type_text(talk, "/image my")
    await talk.press("tab")
    assert prompt(talk).text == "/image my cat.png"
    await talk.press("ctrl+j")
    await type_text(talk, "/image red.png")
    await talk.press("ctrl+j")
    await ask(talk, "What is in these pictures?")
    await see(talk, "What is in these pictures?", "▀▀▀▀▀▀▀▀", "my cat.png", "red.png", "tokens/s")
    assert (prompt(talk).text, attached(talk)) == ("", [])
    pictures = [str(project_of(talk) / name) for name in ("my cat.png", "red.png")]
    assert on_disk(talk).turns[0] == ChatTurn(role="user", content="What is in these pictures?", images=pictures)


async def test_tab_names_the_ways_to_go_on(talk: Pilot[None]) -> None:
    Image.new("RGB", (8, 8)).save(project_of(talk) / "red two.png")
    await type_text(talk, "/image re")
    await talk.press("tab")
    assert prompt(talk).text == "/image red"
    await see(talk, "red two.png red.png")


async def test_tab_leaves_the_box_where_no_picture_is_named(talk: Pilot[None]) -> None:
    await type_text(talk, "image")
    await talk.press("tab")
    await wait_until(talk, lambda: talk.app.focused is not prompt(talk))
    prompt(talk).focus()


async def test_a_picture_alone_waits_for_a_question(talk: Pilot[None]) -> None:
    await type_text(talk, "/image red.png")
    await talk.press("enter")
    await see(talk, "Pictures: red.png")
    assert prompt(talk).text == ""
    await ask(talk, "What is it?")
    assert len(on_disk(talk).turns[0].images) == 1


@pytest.mark.parametrize("form", ["'{folder}/my cat.png' ", "file://{folder}/my%20cat.png", "{folder}/my\\ cat.png"])
async def test_a_dragged_file_becomes_a_picture(talk: Pilot[None], form: str) -> None:
    paste(talk, form.format(folder=project_of(talk)))
    await see(talk, "Pictures: my cat.png")
    assert prompt(talk).text == ""


async def test_several_files_are_dragged_at_once_and_each_is_taken_once(talk: Pilot[None]) -> None:
    folder = project_of(talk)
    for _time in range(2):
        paste(talk, f"'{folder}/my cat.png' {folder}/red.png")
    await wait_until(talk, lambda: attached(talk) == ["my cat.png", "red.png"])


@pytest.mark.parametrize("text", ["what is red.png?", "/no/such/place.png", "https://example.org/cat.png"])
async def test_other_text_that_is_pasted_stays_text(talk: Pilot[None], text: str) -> None:
    paste(talk, text)
    await wait_until(talk, lambda: prompt(talk).text == text)
    assert attached(talk) == []


async def test_a_path_that_was_typed_letter_by_letter_is_a_picture(talk: Pilot[None]) -> None:
    await type_text(talk, f"{project_of(talk)}/red.png")
    await talk.press("enter")
    await wait_until(talk, lambda: attached(talk) == ["red.png"])
    assert prompt(talk).text == ""


async def test_an_address_is_taken_only_as_it_was_typed(talk: Pilot[None]) -> None:
    await type_text(talk, "/image https://example.org/cat.png")
    await talk.press("enter")
    await see(talk, "Pictures: cat.png")
    assert chat(talk).pictures == ["https://example.org/cat.png"]


async def test_a_picture_is_chosen_in_a_dialog_that_says_what_is_wrong(talk: Pilot[None]) -> None:
    await talk.press("ctrl+t")
    await see(talk, "Which picture?")
    await focus_in(talk, Input)
    await type_text(talk, "te")
    await talk.press("tab", "enter")
    await see(talk, "no picture. (text)")
    field = talk.app.screen.query_one(Input)
    assert field.value == "text.png"
    field.value = "wi"
    await talk.press("tab", "enter")
    await see(talk, "Pictures: wide.png")


async def test_backspace_at_the_beginning_takes_the_last_picture_away(talk: Pilot[None]) -> None:
    paste(talk, f"{project_of(talk)}/red.png {project_of(talk)}/wide.png")
    await see(talk, "Pictures: red.png wide.png")
    await type_text(talk, "a")
    await talk.press("backspace")
    assert attached(talk) == ["red.png", "wide.png"], "there was a letter to delete"
    await talk.press("backspace")
    await wait_until(talk, lambda: attached(talk) == ["red.png"])
    await talk.press("backspace")
    await wait_until(talk, lambda: "Pictures:" not in screen_text(talk))


# -- what is wrong with them


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.png", "This picture is not there."),
        ("text.png", "This file is no picture. (text)"),
        ("stage1", "folder, not a picture"),
        ("", "No picture is named."),
    ],
)
async def test_a_bad_picture_is_told_before_anything_is_sent(talk: Pilot[None], name: str, reason: str) -> None:
    await type_text(talk, f"/image {name}")
    await talk.press("ctrl+j")
    await type_text(talk, "What is it?")
    await talk.press("enter")
    await see(talk, reason)
    assert prompt(talk).text == f"/image {name}\nWhat is it?"
    assert (chat(talk).chat.turns, attached(talk)) == ([], [])


async def test_a_picture_that_went_away_is_told_when_it_is_sent(talk: Pilot[None]) -> None:
    path = project_of(talk) / "short.png"
    Image.new("RGB", (8, 8)).save(path)
    paste(talk, str(path))
    await see(talk, "Pictures: short.png")
    path.unlink()
    await type_text(talk, "What is it?")
    await talk.press("enter")
    await see(talk, "This picture is not there.")
    assert (prompt(talk).text, attached(talk)) == ("What is it?", ["short.png"])


async def test_a_model_that_does_not_see_says_so_at_once(talk: Pilot[None]) -> None:
    stage = chat(talk).chat.chosen
    assert stage is not None
    try:
        paste(talk, f"{project_of(talk)}/red.png")
        await see(talk, "Pictures: red.png")
        chat(talk).arrive(model="sample:model")
        await see(talk, "sample:model takes no pictures. Choose a model that sees: f9.")
        await type_text(talk, "What is it?")
        await talk.press("enter")
        assert prompt(talk).text == "What is it?"
        chat(talk).give_out_pictures()
        paste(talk, f"{project_of(talk)}/wide.png")
        await see(talk, "sample:model takes no pictures.")
        assert attached(talk) == []
    finally:
        chat(talk).arrive(chosen=stage)
        await see(talk, "The model is ready.")


async def test_a_model_that_does_not_see_says_so_of_pictures_that_were_shown_before(talk: Pilot[None]) -> None:
    stage = chat(talk).chat.chosen
    assert stage is not None
    paste(talk, f"{project_of(talk)}/red.png")
    await see(talk, "Pictures: red.png")
    await ask(talk, "What is it?")
    try:
        chat(talk).arrive(model="sample:model")
        await see(talk, "takes no pictures, and this conversation has some.")
        await type_text(talk, "And now?")
        await talk.press("enter")
        await see(talk, "ctrl+l begins anew")
        assert (prompt(talk).text, len(chat(talk).chat.questions)) == ("And now?", 1)
    finally:
        await talk.press("ctrl+l")
        chat(talk).arrive(chosen=stage)
        await see(talk, "The model is ready.")


# -- what stays


async def test_editing_gives_the_pictures_back_with_the_question(talk: Pilot[None]) -> None:
    paste(talk, f"{project_of(talk)}/red.png")
    await see(talk, "Pictures: red.png")
    await ask(talk, "What is it?")
    await talk.press("ctrl+e")
    await see(talk, "Pictures: red.png")
    assert prompt(talk).text == "What is it?"


@pytest.mark.parametrize("is_sent", [False, True])
async def test_pictures_of_a_draft_wait_until_an_edited_question_is_over(talk: Pilot[None], is_sent: bool) -> None:
    await type_text(talk, "/image red.png")
    await talk.press("ctrl+j")
    await ask(talk, "What is it?")
    await type_text(talk, "/image wide.png")
    await talk.press("enter")
    await type_text(talk, "draft")
    await talk.press("ctrl+e")
    await wait_until(talk, lambda: (prompt(talk).text, attached(talk)) == ("What is it?", ["red.png"]))
    if is_sent:
        await talk.press("enter")
        await wait_until(talk, lambda: not chat(talk)._answering and len(turns(talk)) == 2)
        assert [Path(image).name for image in on_disk(talk).turns[0].images] == ["red.png"]
    else:
        await talk.press("ctrl+e")
    await wait_until(talk, lambda: (prompt(talk).text, attached(talk)) == ("draft", ["wide.png"]))


async def test_an_earlier_conversation_has_its_pictures_or_says_that_they_are_gone(talk: Pilot[None]) -> None:
    stage = chat(talk).chat.chosen
    assert stage is not None
    pictures = [str(project_of(talk) / "red.png"), str(project_of(talk) / "gone.png")]
    asked = ChatTurn(role="user", content="An old question?", images=pictures)
    saved = SavedConversation(started=4e9, model=stage.model, llava=stage.llava, turns=[asked])
    save_conversation(chats(talk).parent, saved)
    await talk.press("ctrl+o")
    await see(talk, "Earlier conversations", "An old question?")
    await talk.press("enter")
    await see(talk, "▀▀▀▀▀▀▀▀", "red.png", "gone.png: This picture is not there.")
    await wait_until(talk, lambda: chat(talk).is_ready)


async def test_only_names_are_shown_to_who_wants_that(talk: Pilot[None]) -> None:
    keep_preferences(pictures="names")
    try:
        paste(talk, f"{project_of(talk)}/red.png")
        await ask(talk, "What is it?")
        await wait_until(talk, lambda: shows(talk, "red.png"))
        assert "▀" not in screen_text(talk)
    finally:
        keep_preferences(pictures="half")
