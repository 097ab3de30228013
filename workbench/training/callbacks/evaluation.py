"""Sample answers and probe scores during a training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from workbench.configs.evaluation_rules import OWN_SCORES, PROBE_MAX_NEW_TOKENS, question_files
from workbench.configs.provenance import read_provenance, write_provenance
from workbench.data.probes import Probe, read_probes
from workbench.jobs.checkpoints import BASE
from workbench.jobs.events import Sample, Score
from workbench.paths import resolve_model
from workbench.training.checkpoint_folders import checkpoint_name
from workbench.training.examiner import Examiner
from workbench.training.ranks import rank
from workbench.training.saving import remove_surplus
from workbench.training.session import Session


class SampleAnswers(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """The model's answers before training, every ``evaluation_freq`` iterations, and at every save; these are the
    moments of the validation loss as well. A reward model gives no answers.

    A run that is being stopped leaves its last checkpoint without; going on with it begins there.
    """

    def __init__(self, session: Session, examiner: Examiner) -> None:
        self._session = session
        self._examiner = examiner

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._session.first_iter not in self._session.answered_at:
            self._answer(self._session.first_iter)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        is_due = self._session.is_due(self._session.config.evaluation_freq, state.global_step)
        if (is_due or control.should_save) and not self._session.stopped:
            control.should_evaluate = True

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._answer(self._session.counting.iter_at(state.global_step))

    def _answer(self, iteration: int) -> None:
        config = self._session.config
        if not config.evaluation_inputs or config.stage == "reward":
            return
        for found in self._examiner.sample_answers():
            self._session.say(Sample(iter=iteration, prompt=found.question, output=found.answer, image=found.image))


class Scores(TrainerCallback):  # type: ignore[misc]
    """Identity, retention, seeing and the further question sets, of the base model and of every checkpoint.

    A run that is being stopped leaves its last checkpoint unscored, to be gone quickly; going on with it begins there.
    """

    def __init__(self, session: Session, examiner: Examiner) -> None:
        self._session = session
        self._examiner = examiner
        self._probes = probes_of(session)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        checkpoint = self._session.resumed_from
        if checkpoint is None:
            self._session.base_scores = self._score(0, BASE)
        elif not has_scores(checkpoint, self._probes):
            self._score_checkpoint(state.global_step)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if not self._session.stopped:
            self._score_checkpoint(state.global_step)
        if rank() == 0:
            limit = self._session.config.save_total_limit
            checkpoints = self._session.job.checkpoints_path
            remove_surplus(checkpoints, limit, state.global_step, self._session.base_scores)

    def _score_checkpoint(self, step: int) -> None:
        checkpoints = self._session.job.checkpoints_path
        scores = self._score(self._session.counting.iter_at(step), f"{checkpoints.name}/{checkpoint_name(step)}")
        if rank() == 0:
            write_provenance(checkpoints / checkpoint_name(step), self._session.provenance(step, scores))

    def _score(self, iteration: int, target: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, probes in self._probes.items():
            longest = PROBE_MAX_NEW_TOKENS if name in OWN_SCORES else self._session.config.evaluation_max_new_tokens
            result = self._examiner.score(probes, max_new_tokens=longest)
            found[name] = result.value
            self._session.say(
                Score(
                    name=name,
                    value=result.value,
                    right=result.right,
                    total=result.total,
                    iter=iteration,
                    target=target,
                )
            )
        return found


def probes_of(session: Session) -> dict[str, Sequence[Probe]]:
    """The probe files that the config names, by the name of their score.

    Raises:
        WorkbenchError: a file is missing or damaged.
    """
    files = question_files(session.config)
    return {name: read_probes(Path(resolve_model(path))) for name, path in files.items()}


def has_scores(checkpoint: Path, probes: dict[str, Sequence[Probe]]) -> bool:
    """Whether a checkpoint has all scores that there are probes for."""
    provenance = read_provenance(checkpoint)
    return provenance is not None and set(probes) <= set(provenance.scores)
