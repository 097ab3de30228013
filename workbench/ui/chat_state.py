"""What the Chat screen works on: one conversation, the model it is with, and the draft; no Textual here."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from workbench.chat.conversations import CHATS_FOLDER, SavedConversation, save_conversation
from workbench.chat.protocol import Answer, GenerationSettings
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.ui.chosen_model import ChosenModel

_NEXT_FILE_SECONDS = 0.001
"""Names of files tell conversations apart that began so long after each other."""


@dataclass
class ChatState:
    """A conversation and how it goes on."""

    project: Path
    chosen: ChosenModel | None = None
    system: str = ""
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    conversation: SavedConversation | None = None
    figures: dict[int, Answer] = field(default_factory=dict)
    """What is known of the answers that were given since the conversation was opened, by their turns' numbers."""

    @property
    def turns(self) -> list[ChatTurn]:
        """Question and answer turns, the system text apart."""
        return self.conversation.turns if self.conversation else []

    @property
    def questions(self) -> list[ChatTurn]:
        """What was asked."""
        return [turn for turn in self.turns if turn.role == "user"]

    @property
    def has_open_question(self) -> bool:
        """Whether the last thing said is a question."""
        return bool(self.turns) and self.turns[-1].role == "user"

    @property
    def last_answer(self) -> str | None:
        """What the model said last."""
        return next((turn.content for turn in reversed(self.turns) if turn.role == "assistant"), None)

    def prompt_turns(self) -> list[ChatTurn]:
        """What the engine is asked: the system text, if any, and every turn."""
        system = [ChatTurn(role="system", content=self.system)] if self.system else []
        return [*system, *self.turns]

    def ask(self, question: ChatTurn) -> None:
        """Add a question and put the conversation on disk.

        Raises:
            WorkbenchError: it cannot be put there; the question is added all the same.
        """
        assert self.chosen is not None
        if self.conversation is None:
            self.conversation = SavedConversation(model=self.chosen.model)
            while (self.project / CHATS_FOLDER / self.conversation.file_name).exists():
                self.conversation.started += _NEXT_FILE_SECONDS
        self.conversation.turns.append(question)
        self.save()

    def keep_answer(self, answer: Answer) -> None:
        """Add the model's answer and put the conversation on disk."""
        assert self.conversation is not None
        self.figures[len(self.turns)] = answer
        self.conversation.turns.append(ChatTurn(role="assistant", content=answer.text))
        self.save()

    def take_back_answer(self) -> bool:
        """Remove the last answer so that its question can be asked again; False if there is none."""
        if self.turns and self.turns[-1].role == "assistant":
            self.turns.pop()
            self.figures.pop(len(self.turns), None)
        return bool(self.turns)

    def take_back_question(self) -> ChatTurn | None:
        """Remove the last question with its answer, and return it for editing.

        If that cannot be put on disk, the file keeps a question too many, and the next one asked tells.
        """
        self.take_back_answer()
        if not self.has_open_question:
            return None
        question = self.turns.pop()
        with contextlib.suppress(WorkbenchError):
            self.save()
        return question

    def start_anew(self) -> None:
        """Begin an empty conversation; the old one stays on disk."""
        self.conversation = None
        self.figures = {}

    def reopen(self, saved: SavedConversation) -> None:
        """Go on with a conversation from disk, model and settings included."""
        self.conversation = saved
        self.figures = {}
        self.chosen = ChosenModel(
            saved.model,
            saved.adapter,
            saved.prompt_template,
            llava=saved.llava,
            visual_encoder=saved.visual_encoder,
            visual_select_layer=saved.visual_select_layer,
        )
        self.system, self.settings = saved.system, saved.settings

    def save(self) -> None:
        """Put the conversation on disk as it is now.

        Raises:
            WorkbenchError: the project cannot be written.
        """
        if self.conversation is None or self.chosen is None:
            return
        self.conversation.model = self.chosen.model
        self.conversation.adapter = self.chosen.adapter
        self.conversation.prompt_template = self.chosen.prompt_template
        self.conversation.llava = self.chosen.llava
        self.conversation.visual_encoder = self.chosen.visual_encoder
        self.conversation.visual_select_layer = self.chosen.visual_select_layer
        self.conversation.system = self.system
        self.conversation.settings = self.settings
        save_conversation(self.project, self.conversation)
