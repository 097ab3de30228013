"""What of a conversation belongs to the answer to one of its questions."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.chat.conversations import SavedConversation
from workbench.chat.heard import heard
from workbench.chat.told import Told
from workbench.chat.turn import ChatTurn


def question_place(turns: Sequence[ChatTurn], question: int) -> int | None:
    """The number of the turn of a question, which have numbers of their own from 0."""
    places = [number for number, turn in enumerate(turns) if turn.role == "user"]
    return places[question] if 0 <= question < len(places) else None


def system_turns(text: str) -> list[ChatTurn]:
    """A system text as a conversation has it; none if it is empty."""
    return [ChatTurn(role="system", content=text)] if text else []


def told_for(conversation: SavedConversation, answer: ChatTurn) -> Told | None:
    """What the model was told beside the turns when it gave an answer; None if that is not known."""
    number = answer.figures.told if answer.figures else None
    return conversation.told[number] if number is not None and number < len(conversation.told) else None


def turns_to_answer(conversation: SavedConversation, question: int, system: str) -> list[ChatTurn]:
    """The system text that the model was told, if any, and the turns up to the answer to a question; empty if it has none.

    What the model did not see any more when it gave its last answer is not among them.

    Args:
        system: that of an answer of which it is not known what the model was told.
    """
    place = question_place(conversation.turns, question)
    if place is None:
        return []
    stop = question_place(conversation.turns, question + 1)
    unseen = conversation.unseen_turns if stop is None else 0
    turns = heard(conversation.turns[unseen:stop])
    if turns[-1].role != "assistant":
        return []
    told = told_for(conversation, turns[-1])
    return [*system_turns(system if told is None else told.system), *turns]
