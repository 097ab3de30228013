"""A conversation, and up to three beside it in which other models are asked the same. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from workbench.chat.comparison import BlindOrders, Compared
from workbench.chat.conversations import SavedConversation
from workbench.chat.turn import ChatTurn
from workbench.ui.blind import Blind
from workbench.ui.chat_state import ChatState
from workbench.ui.chosen_model import ChosenModel

MOST_SIDES = 4


class ChatSides:
    """One to four conversations. The others follow the first: whatever it was asked and they were not, they owe.

    Each of them keeps on disk where it stands, so that they can be opened together again.
    """

    def __init__(self, first: ChatState) -> None:
        self.first = first
        self.others: list[ChatState] = []
        self.blind = Blind()
        self._group = uuid4().hex

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

    @property
    def conversations(self) -> list[SavedConversation]:
        """What was said, from left to right, as far as anything was."""
        return [chat.conversation for chat in self.all if chat.conversation is not None]

    @property
    def files(self) -> list[str]:
        """The names of the files of the conversations, as far as they have any."""
        return [conversation.file_name for conversation in self.conversations if conversation.is_on_disk]

    # -- beside each other

    def put_beside(self, chosen: ChosenModel) -> None:
        """Ask this model the same."""
        self.others.append(ChatState(self.first.project, chosen))
        self.blind.add_model()
        self._stand_anew()

    def remove(self, number: int) -> bool:
        """Go on without one; what was said stays on disk. False if the one that would lead then was not asked all."""
        gone = self.all[number]
        if number:
            del self.others[number - 1]
        else:
            following = self.others[0]
            if following.has_open_question or len(following.questions) < len(self.first.questions):
                return False
            self.first = self.others.pop(0)
        _stand_alone(gone)
        self.blind.take_away(number)
        self._stand_anew()
        return True

    def remove_others(self) -> None:
        """Go on with the first alone."""
        gone, self.others = self.others, []
        for chat in gone:
            _stand_alone(chat)
        self.blind.forget()
        self._stand_anew()

    def reopen(self, columns: Sequence[SavedConversation]) -> None:
        """Go on with conversations from disk, from left to right; what is on screen stays on disk as it is."""
        self.first.reopen(columns[0])
        self.others = [ChatState(self.first.project) for _other in columns[1:]]
        for chat, saved in zip(self.others, columns[1:], strict=True):
            chat.reopen(saved)
        compared = columns[0].compared
        self._group = compared.group if compared else uuid4().hex
        self.blind.kept = (compared.blind if compared else BlindOrders()).fitting(len(columns))
        self._take_places()

    def start_anew(self) -> None:
        """Begin empty; what was said stays on disk."""
        for chat in self.all:
            chat.start_anew()
        self._group = uuid4().hex
        self.blind.forget()
        self._take_places()

    def _stand_anew(self) -> None:
        """The columns are others from now on, also on disk."""
        if not self.are_several:
            self.blind.forget()
        self._take_places()
        for chat in self.all:
            chat.save_if_possible()

    def _take_places(self) -> None:
        for column, chat in enumerate(self.all):
            blind = BlindOrders() if column else self.blind.kept
            chat.compared = Compared(group=self._group, column=column, blind=blind) if self.are_several else None

    # -- questions and answers

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

    def pass_over(self, number: int) -> bool:
        """Leave a question unanswered for the next that one of the conversations owes; False if it is the last.

        Raises:
            WorkbenchError: the next one cannot be put on disk.
        """
        chat, asked = self.all[number], self.first.questions
        if not chat.has_open_question or len(chat.questions) >= len(asked):
            return False
        chat.ask(asked[len(chat.questions)])
        return True

    def come_back(self, number: int, passed: int) -> None:
        """Have the question open that so many questions ago was passed over, if none of those behind it has an answer."""
        chat = self.all[number]
        if passed and chat.has_open_question:
            del chat.turns[-passed:]
            chat.save_if_possible()

    @property
    def are_owing(self) -> bool:
        """Whether any answer is missing, of those that failed or were stopped."""
        asked = len(self.first.questions)
        return any(chat.has_open_question or len(chat.questions) < asked for chat in self.all)

    @property
    def most_owed(self) -> int:
        """How many answers are missing where most are."""
        asked = len(self.first.questions)
        return max(asked - len(chat.questions) + chat.has_open_question for chat in self.all)

    @property
    def broken(self) -> list[ChatState]:
        """The conversations whose answer to the last question broke off."""
        asked = len(self.first.questions)
        return [chat for chat in self.all if chat.is_broken and len(chat.questions) == asked]

    @property
    def is_last_unanswered(self) -> bool:
        """Whether no conversation has an answer to the last question."""
        asked = len(self.first.questions)
        return all(chat.has_open_question or len(chat.questions) < asked for chat in self.all)

    def take_back_question(self) -> ChatTurn | None:
        """Remove the last question with its answers, and return it for editing."""
        asked = len(self.first.questions)
        taken = [chat.take_back_question() for chat in self.all if len(chat.questions) == asked]
        return taken[0]


def _stand_alone(chat: ChatState) -> None:
    chat.compared = None
    chat.save_if_possible()
