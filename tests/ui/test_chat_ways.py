"""What was said can be said otherwise, found, copied, corrected into data and written out; nothing said is lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests.chat.services import said, streamed
from tests.data.sheets.played_endpoint import Asked, Reply
from tests.ui.chat_driving import ask, begin_anew, chat, chats, on_disk, prompt, turns
from tests.ui.driving import focus_in, screen_text, see, send, type_text, wait_until
from tests.ui.played_chat import chatting_with
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.turn import ChatTurn, Figures
from workbench.ui.screens.chat import ChatScreen
from workbench.ui.screens.row_dialog import RowDialog
from workbench.ui.widgets.chat_message import ModelMessage
from workbench.ui.widgets.path_input import PathInput
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.transcript import Transcript

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = count(1)
_seeds: list[int] = []
"""What the service was asked with."""


def numbered(asked: Asked) -> Reply:
    """``Answer N to QUESTION``."""
    _seeds.append(asked.body["seed"])
    return streamed(said(f"Answer {next(_numbers)} "), said(f"to {asked.text[:100]}"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pilot[None]]:
    """The Chat area with a service whose answers are numbered."""
    async with chatting_with(numbered, tmp_path_factory.mktemp("ways")) as pilot:
        yield pilot


@pytest_asyncio.fixture(loop_scope="module")
async def talk(opened: Pilot[None]) -> Pilot[None]:
    """An empty conversation."""
    global _numbers
    _numbers = count(1)
    await begin_anew(opened)
    chat(opened).query_one(PromptInput).focus()
    return opened


def said_now(talk: Pilot[None]) -> list[str]:
    return [text for _role, text in turns(talk)]


async def test_an_answer_that_is_given_again_is_drawn_anew_and_the_view_follows_it(talk: Pilot[None]) -> None:
    for number in range(6):
        await ask(talk, f"question {number}")
    del _seeds[:]
    for number in (2, 3):
        await talk.press("ctrl+r")
        await see(talk, f"‹ {number}/{number} ›", "to question 5")
        await wait_until(talk, lambda: not chat(talk)._answering)
    await ask(talk, "another")
    assert _seeds == [1, 2, 0]
    await talk.press("ctrl+r")
    await see(talk, "‹ 2/2 ›", "Answer 10 to another")
    await talk.pause(0.3)
    assert chat(talk).query_one(Transcript).is_vertical_scroll_end


async def into_conversation(talk: Pilot[None]) -> Transcript:
    """Put the focus on what was said; its last message is chosen."""
    await talk.press("tab")
    await focus_in(talk, Transcript)
    return chat(talk).query_one(Transcript)


async def reopened(talk: Pilot[None], said: list[ChatTurn], **more: object) -> ChatScreen:
    """A conversation of these turns on screen."""
    screen = chat(talk)
    assert screen.chat.chosen is not None
    screen.chat.reopen(SavedConversation(model=screen.chat.chosen.model, turns=said, **more))  # type: ignore[arg-type]
    await screen.repaint()
    return screen


# -- other ways


async def test_an_edited_question_and_another_answer_are_ways_to_go_among(talk: Pilot[None]) -> None:
    await ask(talk, "q")
    await ask(talk, "next")
    await into_conversation(talk)
    for _ in range(3):
        await talk.press("up")
    await talk.press("e")
    await wait_until(talk, lambda: prompt(talk).text == "q")
    await ask(talk, " edited")
    await see(talk, "You ‹ 2/2 ›", "Answer 3 to q edited")
    assert said_now(talk) == ["q edited", "Answer 3 to q edited"]
    await talk.press("ctrl+r")
    await see(talk, "Answer 4 to q edited", "played ‹ 2/2 ›")
    await wait_until(talk, lambda: not chat(talk)._answering)
    await into_conversation(talk)
    await talk.press("left")
    await see(talk, "Answer 3 to q edited", "played ‹ 1/2 ›")
    await talk.press("up", "left")
    await see(talk, "You ‹ 1/2 ›", "Answer 2 to next")
    assert said_now(talk) == ["q", "Answer 1 to q", "next", "Answer 2 to next"]
    kept = on_disk(talk)
    assert kept.go_beside(0, 1)
    assert [turn.content for turn in kept.turns] == ["q edited", "Answer 3 to q edited"]


async def test_an_edit_that_is_not_sent_is_undone_by_the_same_key(talk: Pilot[None]) -> None:
    await ask(talk, "q")
    await talk.press("ctrl+e")
    await see(talk, "ctrl+e brings it back")
    assert (prompt(talk).text, said_now(talk)) == ("q", [])
    await talk.press("ctrl+e")
    await see(talk, "Answer 1 to q")
    assert (prompt(talk).text, said_now(talk)) == ("", ["q", "Answer 1 to q"])


async def test_where_there_is_no_other_way_it_is_said(talk: Pilot[None]) -> None:
    await ask(talk, "q")
    await into_conversation(talk)
    await talk.press("right")
    await see(talk, "There is no other way here")


async def test_the_up_key_brings_earlier_messages_back_into_an_empty_box(talk: Pilot[None]) -> None:
    for question in ("first", "second"):
        await ask(talk, question)
    for key, text in (("up", "second"), ("up", "first"), ("up", "first"), ("down", "second"), ("down", "")):
        await talk.press(key)
        await wait_until(talk, lambda text=text: prompt(talk).text == text)  # type: ignore[misc]
    await type_text(talk, "third")
    await talk.press("up")
    assert prompt(talk).text == "third"


# -- what is shown


async def test_thoughts_are_folded_until_a_key_unfolds_them(talk: Pilot[None]) -> None:
    answer = ChatTurn(role="assistant", content="<think>\nIt is [b]bold[/b] \x1b[31mred.\n</think>\nSo *be* it.")
    await reopened(talk, [ChatTurn(role="user", content="q"), answer])
    await see(talk, "▸ thought: It is [b]bold[/b]", "So be it.")
    assert "<think>" not in screen_text(talk)
    await into_conversation(talk)
    await talk.press("enter")
    await see(talk, "▾ thought", "It is [b]bold[/b] [31mred.")
    await talk.press("enter")
    await see(talk, "▸ thought")


async def test_an_empty_conversation_has_nothing_of_a_question_that_was_edited(talk: Pilot[None]) -> None:
    await ask(talk, "q")
    await type_text(talk, "draft")
    await talk.press("ctrl+e")
    await wait_until(talk, lambda: prompt(talk).text == "q")
    await talk.press("ctrl+l")
    await wait_until(talk, lambda: prompt(talk).text == "draft" and not turns(talk))


async def test_escape_leads_from_the_conversation_to_the_message(talk: Pilot[None]) -> None:
    await reopened(talk, [ChatTurn(role="user", content="q"), ChatTurn(role="assistant", content="It is so.")])
    await into_conversation(talk)
    send(talk, "escape", *"draft")
    await wait_until(talk, lambda: prompt(talk).text == "draft")


async def test_a_thought_that_was_cut_off_does_not_go_on_for_ever(talk: Pilot[None]) -> None:
    cut = ChatTurn(role="assistant", content="<think>\none two")
    await reopened(talk, [ChatTurn(role="user", content="q"), cut])
    await see(talk, "▸ thought: one two")


async def test_a_thought_is_folded_while_it_is_written(talk: Pilot[None]) -> None:
    message = ModelMessage("m")
    await chat(talk).query_one(Transcript).mount(message)
    for piece, seen in (
        ("<thi", ""),
        ("nk>one two", "▸ thinking … 2 words"),
        (" three</think>\n\nSo", "▸ thought: one two three"),
    ):
        await message.append(piece)
        await see(talk, seen)
    await message.append(" **be** it.")
    await see(talk, "So be it.")
    assert "think>" not in screen_text(talk)
    await message.remove()


async def test_a_line_shows_where_the_view_of_the_model_begins(talk: Pilot[None]) -> None:
    said = [ChatTurn(role=role, content=role) for role in ("user", "assistant")] * 2  # type: ignore[arg-type]
    await reopened(talk, said, unseen_turns=2)
    await see(talk, "The model saw nothing above this line: 2 messages")
    lines = screen_text(talk).splitlines()
    mark = next(number for number, line in enumerate(lines) if "nothing above" in line)
    assert [any("You" in line for line in part) for part in (lines[:mark], lines[mark:])] == [True, True]


async def down_to(talk: Pilot[None], transcript: Transcript, exchange: int) -> None:
    """Press down until a message of an exchange is chosen; a press may scroll first, in a message not whole in view."""
    for _press in range(6):
        await talk.press("down")
        await talk.pause()
        if transcript.chosen is not None and transcript.chosen.exchange == exchange:
            return
    pytest.fail(f"exchange {exchange} is not reached; chosen: {transcript.chosen}")


async def test_of_a_long_conversation_any_part_can_be_reached(talk: Pilot[None]) -> None:
    said = [
        ChatTurn(role="user" if part == "Question" else "assistant", content=f"{part} {number}.")
        for number in range(1000)
        for part in ("Question", "Answer")
    ]
    screen = await reopened(talk, said)
    await see(talk, "Answer 999.")
    assert len(screen.query("ExchangeView")) < 50
    transcript = await into_conversation(talk)
    await talk.press("home")
    await see(talk, "Question 0.")
    for number in range(1, 6):
        await down_to(talk, transcript, number)
        await see(talk, f"Question {number}.")
    await talk.press("slash")
    await see(talk, "Search in this conversation")
    await type_text(talk, "answer 25")
    await talk.press("enter")
    await see(talk, "Answer 259.", "match 11 of 11")
    await talk.press("n")
    await see(talk, "Answer 258.", "match 10 of 11")
    await focus_in(talk, Transcript)
    await talk.press("N", "N")
    await see(talk, "Answer 25.", "match 1 of 11")
    await talk.press("end")
    await see(talk, "Answer 999.")
    assert len(screen.query("ExchangeView")) < 50


async def test_a_question_of_a_million_characters_is_shown_in_short(talk: Pilot[None]) -> None:
    await reopened(talk, [ChatTurn(role="user", content="x" * 10**6), ChatTurn(role="assistant", content="y" * 10**6)])
    await see(talk, "more characters")
    await into_conversation(talk)
    await talk.press("home")
    await see(talk, "You")


async def test_a_pasted_text_of_a_million_characters_goes_beside_the_box(talk: Pilot[None]) -> None:
    text = "word " * 200_000
    prompt(talk).post_message(events.Paste(text))
    await see(talk, "and a text of 999999 characters; backspace takes it away")
    await talk.press("backspace")
    await wait_until(talk, lambda: "backspace" not in screen_text(talk))
    await type_text(talk, "Read:")
    prompt(talk).post_message(events.Paste(text))
    await see(talk, "and a text of 999999 characters")
    await talk.press("enter")
    await see(talk, "Answer 1 to Read:", "more characters")
    await wait_until(talk, lambda: not chat(talk)._answering)
    assert len(said_now(talk)[0]) == len("Read:\n\n") + 999_999
    assert prompt(talk).whole == ""
    await talk.press("ctrl+e")
    await see(talk, "and a text of 999999 characters")
    assert prompt(talk).text == "Read:"
    prompt(talk).put("z" * 60_000)  # another message
    await see(talk, "and a text of 60000 characters")
    prompt(talk).put("Lines:")
    prompt(talk).post_message(events.Paste("line\r" * 20_000))  # as terminals send them
    await see(talk, "and a text of 99999 characters")
    whole = prompt(talk).whole
    assert "\r" not in whole
    prompt(talk).put("")
    prompt(talk).put(whole)  # the message comes back
    await wait_until(talk, lambda: prompt(talk).text == "Lines:")


# -- out of the conversation


async def test_one_message_or_the_last_answer_is_copied_whole(
    talk: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(talk.app, "copy_to_clipboard", copied.append)
    await ask(talk, "q")
    await talk.press("ctrl+y")
    await into_conversation(talk)
    await talk.press("up", "y", "Y")
    await wait_until(talk, lambda: len(copied) == 3)
    assert copied[:2] == ["Answer 1 to q", "q"]
    assert "## You\n\nq" in copied[2]


async def test_a_corrected_answer_becomes_a_row_and_a_pair(talk: Pilot[None]) -> None:
    await ask(talk, "q")
    await talk.press("ctrl+d")
    await see(talk, "Put this answer into a dataset")
    await type_text(talk, " Indeed.")
    await talk.press("f10")
    await see(talk, "Kept: row 1 of data/chat.jsonl.")
    await talk.press("ctrl+d")
    await see(talk, "Put this answer into a dataset")
    await talk.press("f9")
    await see(talk, "this one was not changed")
    await type_text(talk, " No.")
    await talk.press("f9")
    await see(talk, "Kept: row 1 of data/chat_pairs.jsonl.")
    assert not isinstance(talk.app.screen, RowDialog)
    data = chats(talk).parent / "data"
    row = json.loads((data / "chat.jsonl").read_text())
    assert [said["content"] for said in row["messages"]] == ["q", "Answer 1 to q Indeed."]
    pair = json.loads((data / "chat_pairs.jsonl").read_text())
    assert (pair["chosen"][0]["content"], pair["rejected"][0]["content"]) == ("Answer 1 to q No.", "Answer 1 to q")


async def test_an_answer_that_was_cut_says_so_before_it_is_kept_and_rows_go_into_files_of_rows(
    talk: Pilot[None],
) -> None:
    cut = Figures(ended_by="stopped", tokens=3, total_s=1.0)
    await reopened(talk, [ChatTurn(role="user", content="q"), ChatTurn(role="assistant", content="It is", figures=cut)])
    await talk.press("ctrl+d")
    await see(talk, "Put this answer into a dataset", "was cut before its end")
    talk.app.screen.query(PathInput).first().value = "data/notes.txt"
    await talk.press("f10")
    await see(talk, "must end in .jsonl")
    assert not (chats(talk).parent / "data" / "notes.txt").exists()
    await talk.press("escape")


async def test_a_conversation_is_written_out(talk: Pilot[None]) -> None:
    await ask(talk, "q")
    await talk.press("ctrl+x")
    await see(talk, "Write this conversation into a file", "chat_")
    await type_text(talk, "mine.json")  # in place of the name that stands there
    await talk.press("enter")
    await see(talk, "Written: mine.json")
    assert "Answer 1 to q" in (chats(talk).parent / "mine.json").read_text()
    await talk.press("ctrl+x")
    await see(talk, "Write this conversation into a file", "chat_")
    await focus_in(talk, Input)
    await talk.press("enter")
    await see(talk, "Written: chat_")
    (file,) = chats(talk).parent.glob("chat_*.md")
    assert "Answer 1 to q" in file.read_text()


async def test_two_apps_that_go_on_with_one_conversation_overwrite_nothing(talk: Pilot[None]) -> None:
    await ask(talk, "q")
    there = on_disk(talk)
    there.turns.append(ChatTurn(role="user", content="asked elsewhere"))
    file = chats(talk) / there.file_name
    file.write_text(there.model_dump_json())
    await ask(talk, "asked here")
    await see(talk, "Another app went on with this conversation")
    assert SavedConversation.read(file).turns[-1].content == "asked elsewhere"
    assert on_disk(talk).turns[-2].content == "asked here"


async def test_words_find_an_earlier_conversation(talk: Pilot[None]) -> None:
    for number, text in enumerate(("pears and plums", "apples")):
        asked = [ChatTurn(role="user", content=f"About {number}"), ChatTurn(role="assistant", content=text)]
        save_conversation(
            chats(talk).parent, SavedConversation(started=5e9 + number, model="endpoint:played", turns=asked)
        )
    await talk.press("ctrl+o")
    await see(talk, "About 0", "About 1")
    await talk.press("shift+tab")
    await type_text(talk, "PLUMS")
    await wait_until(talk, lambda: "About 1" not in screen_text(talk))
    await talk.press("enter", "enter")
    await see(talk, "pears and plums")
