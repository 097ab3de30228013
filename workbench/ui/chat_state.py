"""What the Chat screen works on: one conversation, the model it is with, and the draft; no Textual here."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.protocol import Answer, ChatTurn, GenerationSettings, Precision
from workbench.errors import WorkbenchError


@dataclass(frozen=True)
class ChosenModel:
    """What to load: a base or merged model, an adapter on it, and the dialogue format (None: the trained one)."""

    model: str
    adapter: str | None = None
    prompt_template: str | None = None
    bits: int | None = None
    precision: Precision = "auto"
    trust_remote_code: bool = False

    @property
    def base(self) -> tuple[str, int | None, Precision, bool]:
        """What has to be loaded anew if it differs."""
        return self.model, self.bits, self.precision, self.trust_remote_code

    @property
    def label(self) -> str:
        """The last part of each path, for a narrow line."""
        name = Path(self.model).name or self.model
        return f"{name} + {_short(self.adapter)}" if self.adapter else name


def _short(folder: str) -> str:
    """The end of a path that tells one result from another."""
    return "/".join(Path(folder).parts[-2:])


@dataclass
class ChatState:
    """A conversation and how it goes on."""

    project: Path
    chosen: ChosenModel | None = None
    system: str = ""
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    conversation: SavedConversation | None = None

    @property
    def turns(self) -> list[ChatTurn]:
        """Question and answer turns, the system text apart."""
        return self.conversation.turns if self.conversation else []

    def prompt_turns(self) -> list[ChatTurn]:
        """What the engine is asked: the system text, if any, and every turn."""
        system = [ChatTurn(role="system", content=self.system)] if self.system else []
        return [*system, *self.turns]

    def ask(self, question: str) -> None:
        """Add a question and put the conversation on disk."""
        assert self.chosen is not None
        if self.conversation is None:
            self.conversation = SavedConversation(model=self.chosen.model)
        self.conversation.turns.append(ChatTurn(role="user", content=question))
        self.save()

    def keep_answer(self, answer: Answer) -> None:
        """Add the model's answer and put the conversation on disk."""
        assert self.conversation is not None
        self.conversation.turns.append(ChatTurn(role="assistant", content=answer.text))
        self.save()

    def take_back_answer(self) -> bool:
        """Remove the last answer so that its question can be asked again; False if there is none."""
        if not self.turns or self.turns[-1].role != "assistant":
            return bool(self.turns)
        self.turns.pop()
        return True

    def take_back_question(self) -> str | None:
        """Remove the last question with its answer, and return it for editing.

        If that cannot be put on disk, the file keeps a question too many, and the next one asked tells.
        """
        self.take_back_answer()
        if not self.turns or self.turns[-1].role != "user":
            return None
        question = self.turns.pop().content
        with contextlib.suppress(WorkbenchError):
            self.save()
        return question

    def start_anew(self) -> None:
        """Begin an empty conversation; the old one stays on disk."""
        self.conversation = None

    def reopen(self, saved: SavedConversation) -> None:
        """Go on with a conversation from disk, model and settings included."""
        self.conversation = saved
        self.chosen = ChosenModel(saved.model, saved.adapter, saved.prompt_template)
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
        self.conversation.system = self.system
        self.conversation.settings = self.settings
        save_conversation(self.project, self.conversation)
