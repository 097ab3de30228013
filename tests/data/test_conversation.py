"""What a conversation's turns mean."""

from __future__ import annotations

import pytest

from tests.data.characters import dialogue
from workbench.data.conversation import Conversation, Turn

ANSWER = Turn("assistant", "A")


@pytest.mark.parametrize(
    ("turn", "trained"),
    [
        (Turn("assistant", "A"), True),
        (Turn("assistant", "A", loss=True), True),
        (Turn("assistant", "A", loss=False), False),
        (Turn("user", "Q", loss=True), False),
        (Turn("system", "S"), False),
    ],
)
def test_answers_are_trained_unless_they_say_otherwise(turn: Turn, trained: bool) -> None:
    assert turn.is_trained is trained


def test_questions_in_a_row_are_joined() -> None:
    turns = (Turn("user", "one"), Turn("user", "two"), ANSWER)
    assert Conversation(turns).exchanges() == [("", "onetwo", ANSWER)]


def test_a_system_text_belongs_to_the_exchange_it_stands_before() -> None:
    conversation = Conversation((*dialogue("Q1", "A", system="S").turns, *dialogue("Q2", "A").turns))
    assert conversation.exchanges() == [("S", "Q1", ANSWER), ("", "Q2", ANSWER)]


def test_a_tools_result_is_the_system_text_of_what_follows() -> None:
    turns = (Turn("user", "Q"), ANSWER, Turn("tool", "result"), ANSWER)
    assert Conversation(turns).exchanges() == [("", "Q", ANSWER), ("result", "", ANSWER)]


def test_a_last_question_waits_for_its_answer() -> None:
    assert dialogue("Q1", "A", "Q2").exchanges()[-1] == ("", "Q2", None)


@pytest.mark.parametrize(
    "conversation",
    [
        Conversation(),
        dialogue("Q"),
        dialogue("Q", " \n"),
        Conversation((Turn("system", "S"),)),
        Conversation((Turn("user", "Q"), Turn("assistant", "A", loss=False))),
    ],
)
def test_a_conversation_without_a_trained_answer_is_empty(conversation: Conversation) -> None:
    assert conversation.is_empty


def test_one_answer_among_empty_ones_is_enough() -> None:
    assert not dialogue("Q1", "", "Q2", "A2").is_empty
