"""Asking the model that is being trained: sample answers and probe scores, on all ranks together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from workbench.data.probes import Probe
from workbench.data.templates import PromptTemplate
from workbench.evaluation.calls import kept_tokens, listed_tools
from workbench.evaluation.generate import generate_answers
from workbench.evaluation.scores import ProbeScore, score
from workbench.models.vision.sight import Sight
from workbench.training.asked_pictures import picture_file
from workbench.training.ranks import gather_lists, rank, world_size
from workbench.training.session import Session

_WHOLE_TEXT = PromptTemplate("text", "{input}")
"""After ``stage: pretrain`` the model goes on with a text."""


class SampleAnswer(NamedTuple):
    """An answer, to a question about a picture (a path as the config has it) if there is one."""

    question: str
    image: str | None
    answer: str


class _Question(NamedTuple):
    text: str
    system: str
    picture: Path | None
    tools: str = ""
    kept_tokens: Sequence[str] = ()


class Examiner:
    """Puts questions to a model in training.

    Args:
        sharded: the weights are spread over the ranks (ZeRO-3), so all ranks must generate in step. Otherwise each
            rank answers its share of the questions.
        sight: how the model is given pictures, if it sees.
    """

    def __init__(self, model: Any, session: Session, *, sharded: bool, sight: Sight | None = None) -> None:
        self._model = model
        self._session = session
        self._sharded = sharded
        self._sight = sight

    def sample_answers(self) -> list[SampleAnswer]:
        """Each of the config's evaluation questions, about each of its pictures if there are any, with its answer."""
        config = self._session.config
        images: list[str | None] = list(config.evaluation_images) or [None]
        asked = [(question, image) for image in images for question in config.evaluation_inputs]
        questions = [
            _Question(question, config.system, picture_file(image) if image else None) for question, image in asked
        ]
        answers = self._answers(questions, config.evaluation_max_new_tokens)
        return [SampleAnswer(*pair, answer) for pair, answer in zip(asked, answers, strict=True)]

    def score(self, probes: Sequence[Probe], *, max_new_tokens: int) -> ProbeScore:
        """How many probes the model answers right as it is now, in at most so many tokens each."""
        system = self._session.config.system
        questions = [
            _Question(
                probe.question,
                probe.system or system,
                Path(probe.image) if probe.image else None,
                listed_tools(probe),
                kept_tokens(probe),
            )
            for probe in probes
        ]
        return score(probes, self._answers(questions, max_new_tokens))

    def _answers(self, questions: Sequence[_Question], max_new_tokens: int) -> list[str]:
        if self._sharded or world_size() == 1:
            return self._generate(questions, max_new_tokens)
        count = world_size()
        parts = gather_lists(self._generate(questions[rank() :: count], max_new_tokens))
        return [parts[index % count][index // count] for index in range(len(questions))]

    def _generate(self, questions: Sequence[_Question], max_new_tokens: int) -> list[str]:
        session = self._session
        answers = generate_answers(
            self._model,
            session.tokenizer,
            _WHOLE_TEXT if session.config.stage == "pretrain" else session.template,
            [question.text for question in questions],
            system=[question.system for question in questions],
            pictures=[[question.picture] if question.picture else [] for question in questions],
            tools=[question.tools for question in questions],
            kept_tokens=[question.kept_tokens for question in questions],
            sight=self._sight,
            max_new_tokens=max_new_tokens,
            synced=self._sharded and world_size() > 1,
        )
        return [answer.text for answer in answers]
