"""Asking the model that is being trained: sample answers and probe scores, on all ranks together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.data.probes import Probe
from workbench.evaluation.generate import generate_answers
from workbench.evaluation.scores import PROBE_MAX_NEW_TOKENS, ProbeScore, score
from workbench.training.ranks import gather_lists, rank, world_size
from workbench.training.session import Session


class Examiner:
    """Puts questions to a model in training.

    Args:
        sharded: the weights are spread over the ranks (ZeRO-3), so all ranks must generate in step. Otherwise each
            rank answers its share of the questions.
    """

    def __init__(self, model: Any, session: Session, *, sharded: bool) -> None:
        self._model = model
        self._session = session
        self._sharded = sharded

    def sample_answers(self) -> list[tuple[str, str]]:
        """Each of the config's evaluation questions with its answer."""
        config = self._session.config
        questions = config.evaluation_inputs
        answers = self._answers(questions, [config.system] * len(questions), config.evaluation_max_new_tokens)
        return list(zip(questions, answers, strict=True))

    def score(self, probes: Sequence[Probe]) -> ProbeScore:
        """How many probes the model answers right as it is now."""
        systems = [probe.system or self._session.config.system for probe in probes]
        answers = self._answers([probe.question for probe in probes], systems, PROBE_MAX_NEW_TOKENS)
        return score(probes, answers)

    def _answers(self, questions: Sequence[str], systems: Sequence[str], max_new_tokens: int) -> list[str]:
        if self._sharded or world_size() == 1:
            return self._generate(questions, systems, max_new_tokens)
        count = world_size()
        parts = gather_lists(self._generate(questions[rank() :: count], systems[rank() :: count], max_new_tokens))
        return [parts[index % count][index // count] for index in range(len(questions))]

    def _generate(self, questions: Sequence[str], systems: Sequence[str], max_new_tokens: int) -> list[str]:
        session = self._session
        return generate_answers(
            self._model,
            session.tokenizer,
            session.template,
            questions,
            system=systems,
            max_new_tokens=max_new_tokens,
            synced=self._sharded and world_size() > 1,
        )
