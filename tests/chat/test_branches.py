"""What was said before an edit or another answer stays beside what is shown, whatever is edited afterwards."""

from workbench.chat.branches import Branched
from workbench.chat.turn import ChatTurn


def conversation(*texts: str) -> Branched:
    roles = ("user", "assistant")
    return Branched(turns=[ChatTurn(role=roles[number % 2], content=text) for number, text in enumerate(texts)])


def texts(chat: Branched) -> list[str]:
    return [turn.content for turn in chat.turns]


def say(chat: Branched, *said: str) -> None:
    chat.turns += conversation(*said).turns


def test_an_edited_question_keeps_the_old_one_with_all_that_followed():
    chat = conversation("q1", "a1", "q2", "a2")
    chat.set_aside(0)
    say(chat, "Q1", "A1")
    assert texts(chat) == ["Q1", "A1"]
    assert chat.way_at(0) == (2, 2)
    assert chat.go_beside(0, -1)
    assert texts(chat) == ["q1", "a1", "q2", "a2"]
    assert chat.way_at(0) == (1, 2)
    assert not chat.go_beside(0, -1)
    assert chat.go_beside(0, 1)
    assert texts(chat) == ["Q1", "A1"]


def test_ways_within_ways_come_back_as_they_were():
    chat = conversation("q1", "a1", "q2", "a2")
    chat.set_aside(3)
    chat.turns.append(ChatTurn(role="assistant", content="b2"))
    chat.set_aside(1)
    chat.turns.append(ChatTurn(role="assistant", content="b1"))
    assert chat.way_at(1) == (2, 2)
    assert chat.way_at(3) is None
    chat.go_beside(1, -1)
    assert texts(chat) == ["q1", "a1", "q2", "b2"]
    assert chat.way_at(3) == (2, 2)
    chat.go_beside(3, -1)
    assert texts(chat)[-1] == "a2"


def test_three_answers_are_gone_through_in_their_order():
    chat = conversation("q", "a")
    for answer in ("b", "c"):
        chat.set_aside(1)
        chat.turns.append(ChatTurn(role="assistant", content=answer))
    seen = []
    while chat.go_beside(1, -1):
        seen.append((texts(chat)[1], chat.way_at(1)))
    assert seen == [("b", (2, 3)), ("a", (1, 3))]


def test_a_way_in_which_nothing_was_said_is_not_kept():
    chat = conversation("q", "a")
    chat.set_aside(1)
    assert texts(chat) == ["q"]
    assert chat.go_beside(1, -1)
    assert texts(chat) == ["q", "a"]
    assert chat.way_at(1) is None
    assert chat.forks == []


def test_what_is_on_disk_has_all_ways():
    chat = conversation("q", "a")
    chat.set_aside(1)
    chat.turns.append(ChatTurn(role="assistant", content="b"))
    read = Branched.model_validate_json(chat.model_dump_json())
    assert read == chat
    assert read.go_beside(1, -1)
    assert texts(read) == ["q", "a"]
