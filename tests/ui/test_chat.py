"""Chat with the sample model: answers stream in as text, and whatever goes wrong costs no question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from textual.pilot import Pilot
from textual.widgets import Input, Select, TextArea

from tests.ui.chat_driving import (
    MODEL,
    WILD,
    ask,
    begin_anew,
    begin_wild_answer,
    chat,
    chats,
    chatting,
    on_disk,
    opened,
    prompt,
    turns,
)
from tests.ui.driving import screen_text, see, send, type_text, wait_until
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.protocol import GenerationSettings
from workbench.chat.system_templates import system_text
from workbench.chat.turn import ChatTurn
from workbench.ui.screens.help import HelpScreen
from workbench.ui.widgets.chat_message import ModelMessage
from workbench.ui.widgets.model_form import FieldRow
from workbench.ui.widgets.quiet_static import QuietStatic

pytestmark = [pytest.mark.heavy, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pilot[None]]:
    """The Chat area with the sample model, which is loaded once for all."""
    async with chatting(tmp_path_factory.mktemp("chat"), model="sample:model") as pilot:
        yield pilot


@pytest_asyncio.fixture(loop_scope="module")
async def talk(loaded: Pilot[None]) -> Pilot[None]:
    """An empty conversation with the default settings and an empty prompt."""
    await begin_anew(loaded)
    return loaded


# -- asking


async def test_the_answer_stands_under_the_question_with_its_figures(talk: Pilot[None]) -> None:
    await ask(talk, "Who are you?")
    await see(talk, "You", "Who are you?", MODEL, "9 tokens · first after", "tokens/s")
    assert turns(talk) == [("user", "Who are you?"), ("assistant", MODEL)]
    assert prompt(talk).text == ""


async def test_an_answer_appears_while_it_is_written_and_escape_ends_it(talk: Pilot[None]) -> None:
    await begin_wild_answer(talk)
    assert chat(talk)._answering
    assert turns(talk) == [("user", "Who are you?")], "the answer is not whole yet"
    await talk.press("escape")
    await wait_until(talk, lambda: not chat(talk)._answering)
    await see(talk, "· stopped")
    assert turns(talk)[-1][0] == "assistant"
    assert on_disk(talk).turns[-1].content == turns(talk)[-1][1] != ""


async def test_a_question_during_an_answer_waits_in_the_prompt(talk: Pilot[None]) -> None:
    await begin_wild_answer(talk)
    await type_text(talk, "And now?")
    await talk.press("enter")
    await see(talk, "The model is still answering; escape stops it.")
    assert prompt(talk).whole == "And now?"
    await talk.press("escape")
    await see(talk, "Your message was not sent: enter sends it.")
    assert "still answering" not in screen_text(talk)


async def test_enter_twice_sends_once_and_what_is_typed_behind_it_is_the_next_message(talk: Pilot[None]) -> None:
    prompt(talk).put("Who are you?")
    send(talk, "enter", "enter", *"hi")
    await wait_until(talk, lambda: turns(talk) == [("user", "Who are you?"), ("assistant", MODEL)])
    await wait_until(talk, lambda: prompt(talk).text == "hi" and not chat(talk)._answering)
    assert [turn.content for turn in on_disk(talk).turns] == ["Who are you?", MODEL]
    await talk.press("ctrl+l")
    await see(talk, "The model is ready.")
    prompt(talk).put("")


async def test_messages_that_cannot_be_sent_yet_stand_in_the_box_in_their_order(talk: Pilot[None]) -> None:
    await begin_wild_answer(talk)
    (engine,) = (child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline())
    engine.suspend()
    send(talk, *"one", "enter", *"two", "enter", *"three")
    await wait_until(talk, lambda: prompt(talk).text == "one\ntwo\nthree")
    engine.resume()
    await talk.press("escape")
    await wait_until(talk, lambda: not chat(talk)._answering)


async def test_keys_in_one_burst_go_through_a_dialog_and_on(talk: Pilot[None]) -> None:
    send(talk, "f10", *"Be brief.", "f10", *"Who are you?", "enter")
    await wait_until(talk, lambda: [role for role, _text in turns(talk)] == ["user", "assistant"])
    assert (chat(talk).chat.system, turns(talk)[0][1]) == ("Be brief.", "Who are you?")


async def test_the_conversation_is_what_the_model_is_asked(talk: Pilot[None]) -> None:
    await ask(talk, "What is 3 plus 4?")
    await ask(talk, "Who are you?")
    assert [role for role, _text in turns(talk)] == ["user", "assistant", "user", "assistant"]
    assert turns(talk)[1][1] == "3 plus 4 is 7."


async def test_several_lines_are_one_question(talk: Pilot[None]) -> None:
    await type_text(talk, "Who")
    await talk.press("ctrl+j")
    await ask(talk, "are you?")
    assert turns(talk)[0] == ("user", "Who\nare you?")


async def test_nothing_but_blanks_is_no_question(talk: Pilot[None]) -> None:
    await type_text(talk, "  ")
    await talk.press("enter")
    await see(talk, "The model is ready.")
    assert turns(talk) == []


# -- changing one's mind


async def test_again_answers_the_same_question_anew(talk: Pilot[None]) -> None:
    await ask(talk, "Who are you?")
    chat(talk).chat.settings = GenerationSettings(max_new_tokens=3)
    await talk.press("ctrl+r")
    await see(talk, "cut: max_new_tokens reached")
    assert [role for role, _text in turns(talk)] == ["user", "assistant"]
    assert MODEL.startswith(turns(talk)[-1][1])
    assert len(on_disk(talk).turns) == 2


async def test_editing_takes_the_last_question_back_into_the_prompt(talk: Pilot[None]) -> None:
    await ask(talk, "What is 3 plus 4?")
    await ask(talk, "What is 1 plus 1?")
    await talk.press("ctrl+e")
    await wait_until(talk, lambda: prompt(talk).text == "What is 1 plus 1?")
    assert turns(talk) == [("user", "What is 3 plus 4?"), ("assistant", "3 plus 4 is 7.")]
    assert "1 plus 1 is" not in screen_text(talk)
    await ask(talk, " Now.")
    assert turns(talk)[2] == ("user", "What is 1 plus 1? Now.")


async def test_a_new_conversation_leaves_the_old_one_on_disk(talk: Pilot[None]) -> None:
    await ask(talk, "Who are you?")
    before = {path.name for path in chats(talk).iterdir()}
    await talk.press("ctrl+l")
    await see(talk, "The model is ready.")
    assert MODEL not in screen_text(talk)
    await ask(talk, "What is 3 plus 4?")
    assert len(turns(talk)) == 2
    assert {path.name for path in chats(talk).iterdir()} > before


async def test_an_earlier_conversation_goes_on_where_it_was_with_its_settings(talk: Pilot[None]) -> None:
    settings = GenerationSettings(max_new_tokens=7)
    asked, said = (
        ChatTurn(role="user", content="An old question?"),
        ChatTurn(role="assistant", content="An old answer."),
    )
    saved = SavedConversation(
        started=4e9, model="sample:model", system="Be kind.", settings=settings, turns=[asked, said]
    )
    save_conversation(chats(talk).parent, saved)
    send(talk, "ctrl+o", *"zebra")
    await see(talk, "Earlier conversations", "zebra", "No conversation has these words.")
    send(talk, *["backspace"] * len("zebra"), *"old question")
    send(talk, "enter", *"hi")
    await see(talk, "An old answer.")
    await wait_until(talk, lambda: prompt(talk).text == "hi")
    prompt(talk).put("")
    await wait_until(talk, lambda: chat(talk).is_ready)
    state = chat(talk).chat
    assert (state.system, state.settings) == ("Be kind.", settings)
    await ask(talk, "Who are you?")
    assert [turn.content for turn in on_disk(talk).turns[:2]] == ["An old question?", "An old answer."]
    assert state.prompt_turns()[0] == ChatTurn(role="system", content="Be kind.")
    await talk.press("ctrl+l")
    await wait_until(talk, lambda: not turns(talk))
    assert (state.system, state.settings) == ("", GenerationSettings()), "as it was set before"


async def test_help_lists_the_keys_of_messages_too(talk: Pilot[None]) -> None:
    await talk.press("f1")
    await wait_until(talk, lambda: isinstance(talk.app.screen, HelpScreen))
    told = str(talk.app.screen.query_one(QuietStatic).text)
    before, after = told.split("After tab, on the chosen message")
    assert "Send" in before and "Ask this question in other words" in after and "Next way" in after
    await talk.press("escape")


async def test_settings_are_checked_and_used(talk: Pilot[None]) -> None:
    await talk.press("f10")
    await see(talk, "How the model answers", "max_new_tokens")
    row = next(row for row in talk.app.screen.query(FieldRow) if row.name_in_file == "max_new_tokens")
    row.control.value = "0"  # type: ignore[attr-defined]
    await wait_until(talk, lambda: row.has_class("-invalid"))
    await talk.press("f10")
    await see(talk, "How the model answers")
    row.control.value = "2"  # type: ignore[attr-defined]
    await wait_until(talk, lambda: not row.has_class("-invalid"))
    await talk.press("f10")
    await see(talk, "The model is ready.")
    await wait_until(talk, lambda: chat(talk).chat.settings.max_new_tokens == 2)
    await ask(talk, "Who are you?")
    await see(talk, "2 tokens", "cut: max_new_tokens reached")


async def test_how_the_model_is_asked_and_loaded_changes_while_chatting(talk: Pilot[None]) -> None:
    await talk.press("f10")
    await see(talk, "How the model answers", "prompt template in use: internlm2_chat")
    talk.app.screen.query_one("#system-name", Select).value = "coder"
    await wait_until(
        talk, lambda: talk.app.screen.query_one("#system-text", TextArea).text == system_text("coder", "BOT")
    )
    box, name = talk.app.screen.query_one("#system-text", TextArea), talk.app.screen.query_one("#bot-name", Input)
    name.value = "Robo"
    await wait_until(talk, lambda: box.text == system_text("coder", "Robo"))
    box.text = "Mine"
    name.value = "BOT"
    await talk.pause()
    assert box.text == "Mine"
    chosen = talk.app.screen.query_one("#system-name", Select)
    chosen.clear()
    await wait_until(talk, lambda: talk.app.screen._name is None)
    assert box.text == "Mine"
    chosen.value = "sql"
    await wait_until(talk, lambda: box.text == system_text("sql", "BOT"))
    chosen.clear()
    await wait_until(talk, lambda: box.text == "Mine")
    box.text = system_text("coder", "BOT")
    rows = {row.name_in_file: row for row in talk.app.screen.query(FieldRow)}
    rows["prompt_template"].control.value = "llama3_chat"  # type: ignore[attr-defined]
    rows["streaming"].control.value = False  # type: ignore[attr-defined]
    await wait_until(
        talk, lambda: rows["streaming"].has_class("-edited") and rows["prompt_template"].has_class("-edited")
    )
    await talk.press("f10")
    await see(talk, "template llama3_chat ·", "you chat with llama3_chat")
    state = chat(talk).chat
    assert (state.system, state.streams) == (system_text("coder", "BOT"), False)
    state.settings = GenerationSettings(max_new_tokens=4)
    await ask(talk, "Who are you?")
    await see(talk, "cut: max_new_tokens reached")
    kept = on_disk(talk)
    assert (kept.prompt_template, kept.system) == ("llama3_chat", state.system)
    await talk.press("f10")
    await see(talk, "prompt template in use: llama3_chat")
    rows = {row.name_in_file: row for row in talk.app.screen.query(FieldRow)}
    rows["prompt_template"].control.value = ""  # type: ignore[attr-defined]
    rows["streaming"].control.value = True  # type: ignore[attr-defined]
    await wait_until(
        talk, lambda: rows["streaming"].has_class("-edited") and rows["prompt_template"].has_class("-edited")
    )
    await talk.press("f10")
    await see(talk, "template internlm2_chat ·")


async def test_how_the_model_is_loaded_can_be_changed_while_it_answers(talk: Pilot[None]) -> None:
    await begin_wild_answer(talk)
    (engine,) = (child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline())
    engine.suspend()  # so that the answer does not end before its time
    await talk.press("f10")
    await see(talk, "How the model answers")
    row = next(row for row in talk.app.screen.query(FieldRow) if row.name_in_file == "prompt_template")
    row.control.value = "llama3_chat"  # type: ignore[attr-defined]
    await wait_until(talk, lambda: row.has_class("-edited"))
    await talk.press("f10")
    await see(talk, "loaded as it is set now once it has answered")
    await talk.press("f10")
    await see(talk, "How the model answers")
    row = next(row for row in talk.app.screen.query(FieldRow) if row.name_in_file == "prompt_template")
    assert row.control.value == "llama3_chat"  # type: ignore[attr-defined]
    engine.resume()
    await talk.press("escape", "escape")
    await see(talk, "template llama3_chat ·")
    chat(talk).load(replace(chat(talk).chat.chosen, prompt_template=None))  # type: ignore[type-var]
    await see(talk, "template internlm2_chat ·")


# -- what is said is text


async def test_markup_and_escape_codes_are_shown_as_text(talk: Pilot[None]) -> None:
    nasty = "[red]in red[/red] \x1b[31mescaped\x1b[0m\x07 [bold]x [/]"
    asked, said = ChatTurn(role="user", content=nasty), ChatTurn(role="assistant", content=nasty)
    save_conversation(chats(talk).parent, SavedConversation(started=4.1e9, model="sample:model", turns=[asked, said]))
    await talk.press("ctrl+o")
    await see(talk, "Earlier conversations")
    await talk.press("enter")
    shown = "[red]in red[/red] [31mescaped[0m [bold]x [/]"
    await wait_until(talk, lambda: screen_text(talk).count(shown) == 2)


async def test_markup_is_text_also_while_it_streams_in_pieces(talk: Pilot[None]) -> None:
    await ask(talk, "Who are you?")
    message = chat(talk).query(ModelMessage).last()
    for piece in (" Also [re", "d]this", "[/red] and \x1b", "[31mthat."):
        await message.append(piece)
    await see(talk, "Also [red]this[/red] and [31mthat.")


async def test_all_that_a_tokenizer_has_can_be_shown(talk: Pilot[None]) -> None:
    chat(talk).chat.settings = WILD.model_copy(update={"max_new_tokens": 60})
    await ask(talk, "Who are you?")
    await see(talk, "60 tokens", "cut: max_new_tokens reached")
    assert "\x1b" not in screen_text(talk)


# -- what goes wrong


async def test_a_conversation_that_cannot_be_saved_gives_the_question_back(talk: Pilot[None]) -> None:
    folder, aside = chats(talk), chats(talk).with_name("aside")
    if folder.exists():
        folder.rename(aside)
    folder.write_text("in the way")
    try:
        await type_text(talk, "Who are you?")
        await talk.press("enter")
        await see(talk, "The conversation cannot be saved", "chats")
        await talk.press("enter")
        assert prompt(talk).text == "Who are you?"
        assert turns(talk) == []
    finally:
        folder.unlink()
        if aside.exists():
            aside.rename(folder)
    await talk.press("enter")
    await see(talk, MODEL)
    await wait_until(talk, lambda: len(turns(talk)) == 2)


async def test_an_answer_that_cannot_be_saved_stays_on_the_screen(talk: Pilot[None]) -> None:
    await begin_wild_answer(talk)
    folder, aside = chats(talk), chats(talk).with_name("aside")
    folder.rename(aside)
    folder.write_text("in the way")
    try:
        await talk.press("escape")
        await see(talk, "The conversation cannot be saved")
        await talk.press("enter")
        await see(talk, "· stopped")
    finally:
        folder.unlink()
        aside.rename(folder)
    assert len(turns(talk)) == 2
    assert prompt(talk).text == ""


async def test_a_model_that_is_not_there_is_named_and_another_can_be_chosen(talk: Pilot[None]) -> None:
    send(talk, "f9", *"./nowhere", "enter")  # the list has the focus; what is typed goes to the box
    await see(talk, "./nowhere: There is no such folder.")
    send(talk, *["backspace"] * len("./nowhere"), *"nowhere", "enter")
    await see(talk, "This did not work", "nowhere", "→")
    await talk.press("enter")
    await wait_until(talk, lambda: talk.app.screen is chat(talk))
    await talk.press("f9")
    await see(talk, "Which model do you want to chat with?")
    await talk.press("enter")
    await see(talk, "The model is ready.")
    await ask(talk, "Who are you?")
    assert turns(talk)[-1] == ("assistant", MODEL)


async def test_when_the_engine_is_killed_what_came_stays_and_one_key_asks_again(talk: Pilot[None]) -> None:
    await begin_wild_answer(talk)
    (engine,) = (child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline())
    engine.kill()
    await see(
        talk,
        "The chat engine ended unexpectedly.",
        "chat.log",
        "→",
        "An answer broke off; what came of it stays.",
        "broke off before it was whole",
    )
    (_question, (_role, partly)) = turns(talk)
    assert on_disk(talk).turns[-1].content == partly != ""
    chat(talk).chat.settings = GenerationSettings()
    await talk.press("ctrl+r")
    await see(talk, MODEL, "‹ 2/2 ›")
    await wait_until(talk, lambda: turns(talk)[-1] == ("assistant", MODEL))


async def test_a_question_is_not_lost_if_the_next_message_is_begun_when_the_engine_is_killed(talk: Pilot[None]) -> None:
    (engine,) = (child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline())
    engine.suspend()
    await type_text(talk, "Who are you?")
    await talk.press("enter")
    await wait_until(talk, lambda: turns(talk) == [("user", "Who are you?")])
    await type_text(talk, "next")
    engine.kill()
    await see(talk, "The chat engine ended unexpectedly.", "An answer is missing.")
    assert (turns(talk), prompt(talk).text) == ([("user", "Who are you?")], "next")
    await talk.press("ctrl+r")
    await wait_until(talk, lambda: turns(talk) == [("user", "Who are you?"), ("assistant", MODEL)])
    assert prompt(talk).text == "next"


async def test_a_message_that_is_being_written_is_there_again_after_editing(talk: Pilot[None]) -> None:
    await ask(talk, "Who are you?")
    for after in ("ctrl+e", "enter"):
        prompt(talk).put("my draft")
        await talk.press("ctrl+e")
        await wait_until(talk, lambda: prompt(talk).text == "Who are you?")
        await talk.press(after)
        await wait_until(talk, lambda: prompt(talk).text == "my draft" and not chat(talk)._answering)
    assert turns(talk)[-1] == ("assistant", MODEL)


async def test_a_message_to_an_engine_that_has_ended_is_sent_once_it_is_loaded_again(talk: Pilot[None]) -> None:
    (engine,) = (child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline())
    engine.kill()
    await wait_until(talk, lambda: not chat(talk).is_ready)
    await ask(talk, "Who are you?")
    assert turns(talk)[-1] == ("assistant", MODEL)


async def test_a_message_that_was_changed_while_the_model_was_loaded_is_not_sent_and_not_forgotten(
    talk: Pilot[None],
) -> None:
    prompt(talk).put("Who are you, then?")
    chat(talk)._waiting = "Who are you?"
    await chat(talk).on_ready()
    await see(talk, "The model is ready. Your message was changed meanwhile: enter sends it.", "Who are you, then?")
    assert not turns(talk)


async def test_what_came_of_an_answer_stays_if_the_app_is_closed_before_its_end(tmp_path: Path) -> None:
    async with chatting(tmp_path, model="sample:model") as pilot:
        await begin_wild_answer(pilot)
    async with opened(tmp_path) as pilot:
        await see(pilot, "An answer broke off; what came of it stays.", "broke off before it was whole")


async def test_what_came_of_an_answer_stays_if_the_line_is_cut(tmp_path: Path) -> None:
    async with chatting(tmp_path, model="sample:model") as pilot:
        await begin_wild_answer(pilot)
        workbench = chat(pilot).workbench
        workbench.savers.insert(0, lambda: 1 / 0)  # costs the others nothing
        workbench.save_at_once()
        asked, came = on_disk(pilot).turns
        assert asked.content == "Who are you?"
        assert came.content and came.figures is not None and came.figures.ended_by == "broken"
