"""Everything a screen shows of one job, read from its folder as it grows. No Textual here, and nothing is kept.

Opening gives the curve, the last step and the state at once; `JobWatch.poll` reads the rest in slices short enough not
to be felt, then whatever is new.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.jobs.checkpoints import CheckpointInfo, RunHistory
from workbench.jobs.curve import Curve
from workbench.jobs.events import Event, Failed, Finished, Progress, Started, Step, Warned
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.state import JobState, state_of
from workbench.jobs.tail import EventTail, last_event
from workbench.weights.small_json import json_object

_LAST_STEP_BYTES = 1 << 14
_SLICE_BYTES = 1 << 17
_WRONG = "wrong_answers"


@dataclass
class JobWatch:
    """One job. ``stages`` keeps the newest progress of each stage, in the order they began."""

    job: JobFolder
    record: JobRecord
    state: JobState
    curve: Curve
    history: RunHistory
    step: Step | None = None
    stages: dict[str, Progress] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)
    outcome: Finished | Failed | None = None
    caught_up: bool = False
    wrong_answers: dict[str, Any] | None = None
    """What an evaluation found wrong, once it is over, by model and score; None of other jobs."""

    def __post_init__(self) -> None:
        self._tail = EventTail(self.job.events_path)

    @classmethod
    def open(cls, job: JobFolder) -> JobWatch:
        """Look at a job for the first time.

        Raises:
            WorkbenchError: the folder holds no readable job.
        """
        curve = Curve.open(job.events_path)
        return cls(job, job.record, state_of(job), curve, RunHistory(job), step=_last_step(job))

    def poll(self, budget_s: float = 0.012) -> bool:
        """Read on for about so many seconds; True if anything shown may have changed."""
        deadline = time.perf_counter() + budget_s
        changed = self._look_at_state()
        changed |= self.curve.advance(budget_s / 2)
        changed |= self._read_events(deadline)
        if changed and (newest := _last_step(self.job)) is not None:
            self.step = newest
        return changed

    def _look_at_state(self) -> bool:
        state = state_of(self.job)
        changed, self.state = state is not self.state, state
        if changed:
            self.record = self.job.record
        return changed

    def _read_events(self, deadline: float) -> bool:
        """Read everything but steps; sets ``caught_up`` once nothing is left to read."""
        changed = False
        while True:
            before = self._tail.offset
            events = self._tail.poll(_SLICE_BYTES, without_steps=True)
            if self._tail.offset == before:
                first_time, self.caught_up = not self.caught_up, self.curve.is_exact
                return changed or (first_time and self.caught_up)
            changed = True
            self._take(events)
            if time.perf_counter() > deadline:
                return changed

    def _take(self, events: list[Event]) -> None:
        self.history.take(events)
        for event in events:
            match event:
                case Progress():
                    self.stages[event.stage] = event
                case Warned():
                    self.warnings.append(event)
                case Finished() | Failed():
                    self.outcome = event
                    self.wrong_answers = _wrong_answers(event)
                case Started():
                    self.outcome = None
                case _:
                    pass

    @property
    def checkpoints(self) -> list[CheckpointInfo]:
        """The base and the checkpoints so far."""
        return self.history.checkpoints()

    @property
    def is_training(self) -> bool:
        """Whether the job has a loss curve of its own."""
        return self.record.kind == "train"


def _wrong_answers(outcome: Finished | Failed) -> dict[str, Any] | None:
    file = outcome.results.get(_WRONG) if isinstance(outcome, Finished) else None
    return json_object(Path(str(file))) if file else None


def _last_step(job: JobFolder) -> Step | None:
    step = last_event(job.events_path, (Step,), _LAST_STEP_BYTES)
    return step if isinstance(step, Step) else None
