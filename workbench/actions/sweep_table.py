"""What came of the points of a sweep, side by side, and which one is the best."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from workbench.actions.recommended import recommendation_among
from workbench.evaluation.recommend import recommend
from workbench.i18n import _
from workbench.jobs.checkpoints import CheckpointInfo, read_history
from workbench.jobs.curve import Curve
from workbench.jobs.events import Step
from workbench.jobs.folder import JobFolder
from workbench.jobs.overfitting import lowest
from workbench.jobs.state import JobState, state_of
from workbench.jobs.sweeps import SweepFolder, SweepPoint
from workbench.jobs.tail import EventTail

_TAIL_BYTES = 1 << 16


@dataclass(frozen=True)
class SweepRow:
    """A point and what came of it so far.

    ``state`` is None before it was started; ``loss``: the smoothed loss at its end, ``validation_loss``: the lowest;
    ``scores``: shares (0–1) of the checkpoint that is recommended, ``base``: those before training; ``tokens_per_s``:
    the median of the last steps.
    """

    point: SweepPoint
    job: JobFolder | None = None
    state: JobState | None = None
    loss: float | None = None
    validation_loss: float | None = None
    scores: dict[str, float] = field(default_factory=dict)
    base: dict[str, float] = field(default_factory=dict)
    tokens_per_s: float | None = None

    @property
    def state_text(self) -> str:
        """Symbol and word."""
        return f"{self.state.symbol} {_(self.state.word)}" if self.state else "· " + _("not started")

    def as_json(self) -> dict[str, Any]:
        """The same for programs; a diverged loss, for which JSON has no number, is null."""
        return {
            "point": self.point.name,
            "settings": self.point.settings,
            "job": self.job.id if self.job else None,
            "path": str(self.job.path) if self.job else None,
            "state": self.state.value if self.state else "not started",
            "loss": _finite(self.loss),
            "validation_loss": _finite(self.validation_loss),
            "scores": self.scores,
            "tokens_per_s": self.tokens_per_s,
        }


@dataclass(frozen=True)
class SweepTable:
    """Every point, the names of the fields that differ and of the scores, and the best of the finished ones."""

    sweep: SweepFolder
    fields: list[str]
    rows: list[SweepRow]
    score_names: list[str]
    best: SweepRow | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "sweep": self.sweep.id,
            "path": str(self.sweep.path),
            "fields": self.fields,
            "points": [row.as_json() for row in self.rows],
            "best": self.best.point.name if self.best else None,
            "reason": self.reason or None,
        }


def sweep_table(sweep: SweepFolder) -> SweepTable:
    """Read what came of a sweep so far.

    Raises:
        WorkbenchError: its record is missing or damaged.
    """
    record = sweep.record
    rows = [_row(point, sweep.job_of(point)) for point in record.points]
    names = list(dict.fromkeys(name for row in rows for name in (*row.base, *row.scores)))
    best, reason = _best([row for row in rows if row.state is JobState.FINISHED])
    return SweepTable(sweep, record.fields, rows, names, best, reason)


def _row(point: SweepPoint, job: JobFolder | None) -> SweepRow:
    if job is None:
        return SweepRow(point)
    history = read_history(job)
    infos = history.checkpoints()
    best = recommendation_among(infos)
    chosen = next((info for info in infos if best and info.name == best.checkpoint), None)
    validation = lowest(history.validations)
    return SweepRow(
        point,
        job,
        state_of(job),
        loss=_last_loss(job),
        validation_loss=validation.loss if validation else None,
        scores=_shares(chosen),
        base=_shares(infos[0]),
        tokens_per_s=_speed(job),
    )


def _shares(info: CheckpointInfo | None) -> dict[str, float]:
    return {name: score.value for name, score in info.scores.items()} if info else {}


def _last_loss(job: JobFolder) -> float | None:
    """The smoothed loss of the newest step; NaN where no step had a loss that is a number."""
    losses = Curve.open(job.events_path).curves.series["loss"]
    newest = next((known.smooth for known in reversed(losses.bins) if known), None)
    return math.nan if newest is None and losses.not_finite else newest


def _speed(job: JobFolder) -> float | None:
    tail = EventTail(job.events_path)
    try:
        tail.offset = max(os.stat(job.events_path).st_size - _TAIL_BYTES, 0)  # noqa: PTH116 - of a path that may be gone
    except OSError:
        return None
    speeds = [step.tokens_per_s for step in tail.rest() if isinstance(step, Step) and step.tokens_per_s]
    return median(speeds) if speeds else None


def _best(rows: list[SweepRow]) -> tuple[SweepRow | None, str]:
    """By the scores as checkpoints are recommended; else by the validation loss, else by the loss, which parts equals too."""
    by_name = {row.point.name: row for row in rows}
    scores = {row.point.name: row.scores for row in rows if row.scores}
    losses = {row.point.name: loss for row in rows if (loss := _finite(row.validation_loss)) is not None}
    if scores and (found := recommend(scores, rows[0].base, losses)) is not None:
        best = by_name[found.checkpoint]
        alike = [row for row in rows if row.scores == best.scores and _finite(row.loss) is not None]
        if losses or len(alike) < 2:
            return best, found.reason
        return _lowest_loss(alike), _("Several have the best scores; of these it has the lowest loss at its end.")
    if losses:
        return by_name[min(losses, key=losses.__getitem__)], _("It has the lowest validation loss.")
    if known := [row for row in rows if _finite(row.loss) is not None]:
        return _lowest_loss(known), _("It has the lowest loss at its end; nothing was measured on unseen data.")
    return None, ""


def _lowest_loss(rows: list[SweepRow]) -> SweepRow:
    return min(rows, key=lambda row: row.loss if row.loss is not None else math.inf)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
