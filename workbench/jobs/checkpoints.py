"""The checkpoints of a training job, with what was measured and said at each: read from its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.jobs.events import Checkpoint, Event, Sample, Score, Started, Validation
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail

BASE = "base"
"""The target of scores measured before training."""


@dataclass
class CheckpointInfo:
    """One checkpoint, or the untrained base (``path`` None, iteration 0)."""

    iter: int
    step: int
    path: Path | None
    scores: dict[str, Score] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    validation_loss: float | None = None

    @property
    def name(self) -> str:
        return self.path.name if self.path else BASE

    @property
    def exists(self) -> bool:
        """Whether its files are still there (``save_total_limit`` removes older ones)."""
        return self.path is not None and self.path.is_dir()


@dataclass
class RunHistory:
    """Everything but the steps: fold events in with `take`."""

    job: JobFolder
    facts: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    saved: list[Checkpoint] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)

    def take(self, events: Iterable[Event]) -> None:
        """Add events in the order they were written; a resumed run forgets what came after its checkpoint."""
        for event in events:
            match event:
                case Started():
                    self.facts = event.facts or self.facts
                    if event.resumed_from_iter is not None:
                        self._forget_after(event.resumed_from_iter)
                case Sample():
                    self.samples.append(event)
                case Score():
                    self.scores.append(event)
                case Checkpoint():
                    self.saved.append(event)
                case Validation():
                    self.validations.append(event)
                case _:
                    pass

    def _forget_after(self, iteration: int) -> None:
        self.samples = [sample for sample in self.samples if sample.iter <= iteration]
        self.scores = [score for score in self.scores if (score.iter or 0) <= iteration]
        self.saved = [checkpoint for checkpoint in self.saved if checkpoint.iter <= iteration]
        self.validations = [validation for validation in self.validations if validation.iter <= iteration]

    def checkpoints(self) -> list[CheckpointInfo]:
        """The base first, then the checkpoints in the order of training; each path once."""
        found = {0: CheckpointInfo(0, 0, None)}
        for saved in self.saved:
            found[saved.iter] = CheckpointInfo(saved.iter, saved.step, self.job.path / saved.path)
        for score in self.scores:
            if (info := found.get(score.iter or 0)) is not None:
                info.scores[score.name] = score
        for sample in self.samples:
            if (info := found.get(sample.iter)) is not None and all(
                known.asked != sample.asked for known in info.samples
            ):
                info.samples.append(sample)
        for validation in self.validations:
            if (info := found.get(validation.iter)) is not None:
                info.validation_loss = validation.loss
        return [found[iteration] for iteration in sorted(found)]


def read_history(job: JobFolder) -> RunHistory:
    """The whole history of a job from disk. Step events are skipped unparsed, so long runs read fast."""
    history = RunHistory(job)
    history.take(EventTail(job.events_path).rest(without_steps=True))
    return history


def list_checkpoints(job: JobFolder) -> list[CheckpointInfo]:
    """The base and every checkpoint of a job, in the order of training."""
    return read_history(job).checkpoints()
