"""One line about each job, for tables: read from its folder, cheap enough to do twice a second."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from workbench.durations import about_time
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import Failed, Progress, Step
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.kinds import kind_text
from workbench.jobs.queue import places_in_queue
from workbench.jobs.slurm import slurm_id, slurm_text
from workbench.jobs.state import JobState, ended_at, exit_code, outcome_of, state_of
from workbench.jobs.tail import last_event

_TAIL_BYTES = 1 << 14


@dataclass(frozen=True)
class JobRow:
    """What a table shows of a job."""

    job: JobFolder
    kind: str
    state: JobState
    progress: str
    loss: str
    started: str
    share: float | None = None
    """How much of its steps a training has done, 0–1."""
    left: float | None = None
    """Seconds that it will still take, while it runs and that is known."""
    took: float | None = None
    """Seconds that it took, once it has ended; of one that was resumed since then."""
    slurm: str | None = None
    """Slurm's number for it, if it was submitted there."""

    @property
    def state_text(self) -> str:
        """Symbol and word."""
        return f"{self.state.symbol} {_(self.state.word)}"

    @property
    def time_text(self) -> str:
        """How long it still takes, or took."""
        if self.left is not None:
            return _("{time} left").format(time=about_time(self.left))
        return _("took {time}").format(time=about_time(self.took)) if self.took is not None else ""

    @property
    def way_text(self) -> str:
        """How far it is and how long that takes, in short; of one that has finished only the latter."""
        if not self.time_text or not self.progress:
            return self.time_text or self.progress
        if self.state is JobState.FINISHED:
            return self.time_text
        return f"{self.progress if self.share is None else f'{self.share:.0%}'}, {self.time_text}"

    def cells(self) -> tuple[str, ...]:
        """Job, kind, state, progress, loss, started, time."""
        shown = (kind_text(self.kind), self.state_text, self.progress, self.loss, self.started, self.time_text)
        return (self.job.id, *shown)

    def as_json(self) -> dict[str, Any]:
        """The same for programs, with how it ended; ``started`` in ISO 8601, UTC.

        Raises:
            WorkbenchError: the job's record was damaged since.
        """
        outcome = outcome_of(self.job)
        return {
            "job": self.job.id,
            "path": str(self.job.path),
            "kind": self.kind,
            "state": self.state.value,
            "progress": self.progress,
            "slurm": self.slurm,
            "loss": _number(self.loss),
            "seconds_left": self.left,
            "seconds_taken": self.took,
            "started": datetime.fromtimestamp(self.job.record.started, UTC).isoformat(timespec="seconds"),
            "exit_code": exit_code(self.job),
            "reason": outcome.reason if isinstance(outcome, Failed) else None,
        }


def job_rows(jobs: Iterable[JobFolder]) -> list[JobRow]:
    """The lines of some jobs, without those whose records are damaged. The queue is read once for all that wait."""
    rows = [row for job in jobs if (row := job_row(job)) is not None]
    queued = [row.job.path for row in rows if row.state.is_queued and not row.slurm]
    if not queued:
        return rows
    places = places_in_queue()
    return [replace(row, progress=_place(places.get(row.job.path))) if row.job.path in queued else row for row in rows]


def _place(number: int | None) -> str:
    return _("place {number}").format(number=number) if number else ""


def job_row(job: JobFolder) -> JobRow | None:
    """The line of a job, without its place in the queue; None if its record is damaged."""
    try:
        record = job.record
        state = state_of(job)
    except WorkbenchError:
        return None
    last = last_event(job.events_path, (Step, Progress), _TAIL_BYTES)
    started = time.strftime("%m-%d %H:%M", time.localtime(record.started)) if record.started else ""
    progress = _progress(last)
    if state is JobState.WAITING or not (progress or state.is_over):
        progress = slurm_text(job.path) or progress
    loss = f"{last.loss:.4f}" if isinstance(last, Step) else ""
    return JobRow(
        job,
        record.kind,
        state,
        progress,
        loss,
        started,
        share=last.iter / last.total_iters if isinstance(last, Step) and last.total_iters else None,
        left=last.eta if isinstance(last, Step | Progress) and not (state.is_over or state.is_queued) else None,
        took=_took(job, record) if state.is_over else None,
        slurm=slurm_id(job.path),
    )


def _took(job: JobFolder, record: JobRecord) -> float | None:
    """Seconds from its start to its end; None of one that never began, or whose end nobody could note."""
    ended = ended_at(job)
    return None if ended is None or record.waiting or not record.started else max(ended - record.started, 0.0)


def _number(text: str) -> float | str | None:
    """JSON has no NaN: a diverged loss stays a text, as in the events."""
    value = float(text) if text else None
    return value if value is None or math.isfinite(value) else text


def _progress(event: object) -> str:
    if isinstance(event, Step):
        return f"{event.iter}/{event.total_iters}"
    if isinstance(event, Progress):
        share = event.done / event.total if event.total else 0.0
        return f"{event.stage} {share:.0%}"
    return ""
