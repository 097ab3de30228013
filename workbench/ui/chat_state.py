"""What the Chat screen works on: one conversation, the model it is with, and the draft; no Textual here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.chat.agent_choice import AgentChoice
from workbench.chat.answered import question_place, system_turns, told_for, turns_to_answer
from workbench.chat.branches import Branched
from workbench.chat.comparison import Compared
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.heard import heard, heard_numbers
from workbench.chat.protocol import Answer, GenerationSettings
from workbench.chat.told import Told
from workbench.chat.turn import ChatTurn, Figures
from workbench.errors import WorkbenchError
from workbench.ui.answer_parts import ReadAnswer
from workbench.ui.chat_choices import ChatChoices
from workbench.ui.chat_exchange import Column, exchanges_of
from workbench.ui.chosen_model import ChosenModel

_OF_WEIGHTS = (
    *("model", "adapter", "prompt_template", "llava", "visual_encoder", "visual_select_layer"),
    *("bits", "precision", "offload_folder", "compile"),
)
"""What is kept of the chosen model with a conversation; not whether its own code may run."""


@dataclass
class ChatState:
    """A conversation and how it goes on."""

    project: Path
    chosen: ChosenModel | None = None
    system: str = ""
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    streams: bool = True
    """Whether answers are shown while they are written."""
    agent: AgentChoice = field(default_factory=AgentChoice)
    conversation: SavedConversation | None = None
    compared: Compared | None = None
    """Where it stands beside others."""
    has_parted: bool = False
    """Whether another app went on with the conversation, which is kept in a file of its own since."""

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

    def shown(self, speaker: str) -> Column:
        """The conversation as it is shown, under the name of its model."""
        unseen = self.conversation.unseen_turns if self.conversation else 0
        return Column(speaker, exchanges_of(self.conversation or Branched(), unseen, self._read, self._other()))

    def _other(self) -> Callable[[Figures], str]:
        """Gives who gave an answer, if another model than the chosen one, else an empty text; for many answers."""
        label, own = (self.chosen.label if self.chosen else None), {"", self._reference}  # older answers do not say

        def other(figures: Figures) -> str:
            if figures.model != label:
                return figures.model
            return "" if figures.weights in own else figures.weights

        return other

    @property
    def _reference(self) -> str:
        return self.chosen.reference_in(self.project) if self.chosen else ""

    def other_to_answer(self, question: int) -> str:
        """Who answered the question of this number, if another model than the chosen one; else empty."""
        figures = self._figures_of_answer(question)
        return self._other()(figures) if figures is not None else ""

    def weights_to_answer(self, question: int) -> str:
        """What answered the question of this number, as commands take it; of an older answer of another model its name."""
        figures = self._figures_of_answer(question)
        if figures is None:
            return self._reference
        return figures.weights or self._other()(figures) or self._reference

    def _figures_of_answer(self, question: int) -> Figures | None:
        turns = self.turns_to_answer(question)
        return turns[-1].figures if turns else None

    @property
    def _read(self) -> ReadAnswer | None:
        """How calls of tools stand in the answers, if there may be any."""
        if not self.agent.read_as:
            return None
        from workbench.agent.protocols import protocol_named  # most conversations do without

        return protocol_named(self.agent.read_as).read

    def prompt_turns(self) -> list[ChatTurn]:
        """What the engine is asked: the system text, if any, and every turn but questions that were passed over."""
        return [*self._system_turns, *heard(self.turns)]

    @property
    def settings_to_answer(self) -> GenerationSettings:
        """Those for the answer that comes: one that is given again is drawn with the next seed."""
        way = self.conversation.way_at(len(self.turns)) if self.conversation else None
        before = way[0] - 1 if way else 0
        return self.settings.model_copy(update={"seed": (self.settings.seed + before) % 2**32})

    @property
    def _system_turns(self) -> list[ChatTurn]:
        return system_turns(self.system)

    def turns_to_answer(self, question: int) -> list[ChatTurn]:
        """See `answered.turns_to_answer`; an answer of which it is not known what was told has the present system text."""
        if self.conversation is None:
            return []
        return turns_to_answer(self.conversation, question, self.system)

    def told_to_answer(self, question: int) -> Told | None:
        """What the model was told when it answered the question of this number; None if that is not known."""
        turns = self.turns_to_answer(question)
        return told_for(self.conversation, turns[-1]) if self.conversation and turns else None

    def ask(self, question: ChatTurn) -> None:
        """Add a question and put the conversation on disk.

        Raises:
            WorkbenchError: it cannot be put there; the question is added all the same.
        """
        assert self.chosen is not None
        if self.conversation is None:
            self.conversation = SavedConversation(model=self.chosen.model)
        self.conversation.turns.append(question)
        self.save()

    def keep_answer(self, answer: Answer, steps: list[ChatTurn] | None = None, told: Told | None = None) -> None:
        """Add the model's answer and put the conversation on disk.

        Args:
            steps: the turns of an answer with tools, the answer itself among them; None is the answer alone.
            told: what the model was told; None is the system text alone.
        """
        assert self.conversation is not None
        dropped = answer.dropped_turns
        self.conversation.unseen_turns = heard_numbers(self.turns)[dropped] if dropped else 0
        self._keep(steps or [ChatTurn(role="assistant", content=answer.text)], answer.figures, told)

    def keep_broken(self, text: str, steps: list[ChatTurn], told: Told | None = None) -> bool:
        """Add what came of an answer that broke off: whole steps with tools, and text. False if nothing came."""
        assert self.conversation is not None
        turns = [*steps, *([ChatTurn(role="assistant", content=text)] if text else [])]
        if turns:
            with contextlib.suppress(WorkbenchError):  # why it broke off is told, and the next question tells this
                self._keep(turns, Figures(ended_by="broken"), told)
        return bool(turns)

    def _keep(self, turns: list[ChatTurn], figures: Figures, told: Told | None) -> None:
        assert self.conversation is not None and self.chosen is not None
        told, known = told or Told(system=self.system), self.conversation.told
        if told not in known:
            known.append(told)
        figures.model, figures.weights, figures.told = self.chosen.label, self._reference, known.index(told)
        self.conversation.turns += [*turns[:-1], turns[-1].model_copy(update={"figures": figures})]
        self.save()

    @property
    def is_broken(self) -> bool:
        """Whether the last answer broke off."""
        figures = self.turns[-1].figures if self.turns else None
        return figures is not None and figures.ended_by == "broken"

    # -- other ways

    def take_back_question(self) -> ChatTurn | None:
        """Put the last question with its answer aside, and return it for editing.

        A question that was not answered is removed; one that had been answered gets its earlier answer back, and
        nothing is returned.
        """
        if not self.has_open_question:
            return self.set_question_aside(len(self.questions) - 1)
        if self.restore_answer():
            return None
        question = self.turns.pop()
        self.save_if_possible()
        return question

    def restore_answer(self) -> bool:
        """Show the earlier answer again, if the last question was to get another one; False if it has no earlier one."""
        if self.conversation is None or not self.has_open_question:
            return False
        is_shown = self.conversation.go_beside(len(self.turns), -1)
        if is_shown:
            self.save_if_possible()
        return is_shown

    def set_answer_aside(self, question: int) -> bool:
        """Put the answer to the question of this number, and what followed, aside; False if there is no such question."""
        return self._set_aside(question, 1)

    def set_question_aside(self, question: int) -> ChatTurn | None:
        """Put the question of this number, and what followed, aside; gives the question, None if there is no such one."""
        asked = self.questions[question] if 0 <= question < len(self.questions) else None
        self._set_aside(question, 0)
        return asked

    @property
    def is_edited(self) -> bool:
        """Whether a question was put aside and nothing was asked in its place yet."""
        is_at_fork = self.conversation is not None and self.conversation.way_at(len(self.turns)) is not None
        return is_at_fork and not self.has_open_question

    def end_editing(self) -> None:
        """Show again what was put aside."""
        if self.conversation is not None and self.is_edited:
            self.conversation.go_beside(len(self.turns), -1)

    def go_beside(self, question: int, step: int, *, of_answer: bool) -> bool:
        """Show the way before (-1) or after (1) from this question, or from its answer, on; False if there is none."""
        place = question_place(self.turns, question)
        if place is None or self.conversation is None:
            return False
        has_gone = self.conversation.go_beside(place + of_answer, step)
        if has_gone:
            self.save_if_possible()
        return has_gone

    def _set_aside(self, question: int, offset: int) -> bool:
        place = question_place(self.turns, question)
        if place is None or self.conversation is None:
            return False
        self.conversation.set_aside(place + offset)
        return True

    @property
    def choices(self) -> ChatChoices:
        """What is set."""
        return ChatChoices(self.system, self.settings, self.streams, self.chosen)

    def take(self, choices: ChatChoices) -> None:
        """Go on with other settings; the model is loaded apart."""
        self.system, self.settings, self.streams = choices.system, choices.settings, choices.streams

    def start_anew(self) -> None:
        """Begin an empty conversation; the old one stays on disk."""
        self.conversation, self.has_parted = None, False

    def reopen(self, saved: SavedConversation) -> None:
        """Go on with a conversation from disk, model and settings included."""
        self.conversation, self.compared, self.has_parted = saved, saved.compared, False
        if saved.model:  # one of another program says nothing of ours
            self.chosen = ChosenModel(**{name: getattr(saved, name) for name in _OF_WEIGHTS})
        self.system, self.settings, self.agent = saved.system, saved.settings, saved.agent

    def save_if_possible(self) -> None:
        """If that cannot be done, the file says something else than the screen, and the next question tells."""
        with contextlib.suppress(WorkbenchError):
            self.save()

    def save(self) -> None:
        """Put the conversation on disk as it is now.

        Raises:
            WorkbenchError: the project cannot be written.
        """
        if self.conversation is None or self.chosen is None:
            return
        for name in _OF_WEIGHTS:
            setattr(self.conversation, name, getattr(self.chosen, name))
        self.conversation.system = self.system
        self.conversation.settings = self.settings
        self.conversation.agent = self.agent
        self.conversation.compared = self.compared
        before = self.conversation.file_name if self.conversation.is_on_disk else None
        path = save_conversation(self.project, self.conversation)
        self.has_parted = self.has_parted or before not in {None, path.name}
