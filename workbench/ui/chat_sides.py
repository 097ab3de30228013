"""A conversation, and up to three beside it in which other models are asked the same. No Textual here."""

from __future__ import annotations

from workbench.chat.turn import ChatTurn
from workbench.ui.chat_state import ChatState
from workbench.ui.chosen_model import ChosenModel

MOST_SIDES = 4


class ChatSides:
    """One to four conversations. The others follow the first: whatever it was asked and they were not, they owe."""

    def __init__(self, first: ChatState) -> None:
        self.first = first
        self.others: list[ChatState] = []

    @property
    def all(self) -> list[ChatState]:
        """The conversations from left to right."""
        return [self.first, *self.others]

    @property
    def chosen(self) -> list[ChosenModel]:
        """What is talked to, from left to right."""
        return [chat.chosen for chat in self.all if chat.chosen is not None]

    @property
    def are_several(self) -> bool:
        """Whether models are compared."""
        return bool(self.others)

    @property
    def are_on_one_base(self) -> bool:
        """Whether the names of what is put on the base tell the models apart."""
        return len({chosen.base for chosen in self.chosen}) == 1

    def put_beside(self, chosen: ChosenModel) -> None:
        """Ask this model the same."""
        self.others.append(ChatState(self.first.project, chosen))

    def remove(self, number: int) -> bool:
        """Go on without one; what was said stays on disk. False if the one that would lead then was not asked all."""
        if number:
            del self.others[number - 1]
            return True
        following = self.others[0]
        if following.has_open_question or len(following.questions) < len(self.first.questions):
            return False
        self.first = self.others.pop(0)
        return True

    def remove_others(self) -> None:
        """Go on with the first alone."""
        self.others = []

    def has_to_answer(self, number: int) -> bool:
        """Whether one of the conversations has a question to answer now; the next one that it owes is asked.

        Raises:
            WorkbenchError: the question cannot be put on disk.
        """
        chat = self.all[number]
        chat.system, chat.settings = self.first.system, self.first.settings
        if not chat.has_open_question and len(chat.questions) < len(self.first.questions):
            chat.ask(self.first.questions[len(chat.questions)])
        return chat.has_open_question

    @property
    def are_owing(self) -> bool:
        """Whether any answer is missing, of those that failed or were stopped."""
        asked = len(self.first.questions)
        return any(chat.has_open_question or len(chat.questions) < asked for chat in self.all)

    @property
    def is_last_unanswered(self) -> bool:
        """Whether no conversation has an answer to the last question."""
        asked = len(self.first.questions)
        return all(chat.has_open_question or len(chat.questions) < asked for chat in self.all)

    def take_back_answers(self) -> bool:
        """Remove the answers to the last question so that it can be asked again; False if there is none."""
        asked = len(self.first.questions)
        taken = [chat.take_back_answer() for chat in self.all if len(chat.questions) == asked]
        return any(taken)

    def take_back_question(self) -> ChatTurn | None:
        """Remove the last question with its answers, and return it for editing."""
        asked = len(self.first.questions)
        taken = [chat.take_back_question() for chat in self.all if len(chat.questions) == asked]
        return taken[0]

    def start_anew(self) -> None:
        """Begin empty; what was said stays on disk."""
        for chat in self.all:
            chat.start_anew()
