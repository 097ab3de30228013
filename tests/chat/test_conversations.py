"""A conversation survives the app."""

import pytest

from workbench.chat.conversations import SavedConversation, save_conversation, saved_conversations
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError


def conversation(started: float, question: str) -> SavedConversation:
    return SavedConversation(started=started, model="m", turns=[ChatTurn(role="user", content=question)])


def test_conversations_come_back_newest_first(tmp_path):
    save_conversation(tmp_path, conversation(1000.0, "first"))
    save_conversation(tmp_path, conversation(2000.0, "second\nline"))
    assert [found.title for _, found in saved_conversations(tmp_path)] == ["second line", "first"]


def test_saving_again_replaces_the_same_file(tmp_path):
    chat = conversation(1000.0, "one")
    first = save_conversation(tmp_path, chat)
    chat.turns.append(ChatTurn(role="assistant", content="two"))
    assert save_conversation(tmp_path, chat) == first
    [(_, found)] = saved_conversations(tmp_path)
    assert len(found.turns) == 2


def test_a_broken_file_does_not_hide_the_others(tmp_path):
    save_conversation(tmp_path, conversation(1000.0, "good"))
    (tmp_path / "chats" / "20991231_000000_000.json").write_text("{torn")
    assert [found.title for _, found in saved_conversations(tmp_path)] == ["good"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "chats").write_text("a file in the way")
    with pytest.raises(WorkbenchError) as error:
        save_conversation(tmp_path, conversation(1000.0, "x"))
    assert "chats" in str(error.value.where)


def test_two_programs_that_go_on_with_one_conversation_lose_nothing(tmp_path):
    save_conversation(tmp_path, conversation(1000.0, "asked"))
    [(_, here)], [(_, there)] = saved_conversations(tmp_path), saved_conversations(tmp_path)
    here.turns.append(ChatTurn(role="assistant", content="here"))
    there.turns.append(ChatTurn(role="assistant", content="there"))
    first, second = save_conversation(tmp_path, here), save_conversation(tmp_path, there)
    assert first != second
    assert save_conversation(tmp_path, there) == second
    assert {found.turns[-1].content for _, found in saved_conversations(tmp_path)} == {"here", "there"}


def test_a_file_of_before_tools_and_ways_is_read(tmp_path):
    (tmp_path / "chats").mkdir()
    old = '{"started": 5.0, "model": "m", "system": "s", "turns": [{"role": "user", "content": "q"}]}'
    (tmp_path / "chats" / "19700101_000005_000.json").write_text(old)
    [(_, found)] = saved_conversations(tmp_path)
    assert (found.model, found.system, found.forks, found.turns[0].content) == ("m", "s", [], "q")


def test_words_are_found_in_small_letters_and_large():
    chat = conversation(1.0, "Where is Straße?")
    assert chat.says("where IS")
    assert chat.says("strasse")
    assert not chat.says("nowhere")
