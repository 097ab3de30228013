"""A conversation, and one beside it in which other weights on the same base are asked the same. No Textual here."""

from __future__ import annotations

from workbench.chat.turn import ChatTurn
from workbench.ui.chat_state import ChatState
from workbench.ui.chosen_model import ChosenModel


class ChatSides:
    """One conversation, or two. The second one follows: whatever the first was asked and it was not, it still owes."""

    def __init__(self, first: ChatState) -> None:
        self.first = first
        self.second: ChatState | None = None

    @property
    def all(self) -> list[ChatState]:
        """The conversations from left to right."""
        return [self.first] if self.second is None else [self.first, self.second]

    def put_beside(self, chosen: ChosenModel) -> None:
        """Ask these weights the same."""
        self.second = ChatState(self.first.project, chosen)

    def next_open(self) -> int | None:
        """The number of the conversation whose last question is to be answered now; None if there is nothing to do.

        Raises:
            WorkbenchError: the question cannot be put on disk.
        """
        for number, chat in enumerate(self.all):
            chat.system, chat.settings = self.first.system, self.first.settings
            if not chat.has_open_question and len(chat.questions) < len(self.first.questions):
                chat.ask(self.first.questions[len(chat.questions)])
            if chat.has_open_question:
                return number
        return None

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
