"""What a job tells the world: one JSON object a line, appended to ``events.jsonl``.

Every event carries ``event`` (its kind) and ``time`` (seconds since the epoch). Readers skip lines they do not
understand and a torn last line, so an older or newer workbench can read any job.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from io import SEEK_END, FileIO
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

EVENTS_FILE = "events.jsonl"
BYTES = "bytes"
"""The unit of progress that readers show as a size."""


class _Event(BaseModel):
    # JSON has no NaN; a diverged loss is written as the string "NaN", which every reader can tell from a number
    model_config = ConfigDict(ser_json_inf_nan="strings")

    time: float = Field(default_factory=time.time)


class Started(_Event):
    """The work itself began (after imports). ``facts``: what was decided and why, one sentence each.

    ``resumed_from_iter``: the work continues from there; earlier events of a later iteration no longer count.
    """

    event: Literal["started"] = "started"
    facts: list[str] = []
    resumed_from_iter: int | None = None


class Progress(_Event):
    """How far a stage is. ``done`` and ``total`` are in ``unit`` (bytes, rows …); ``job``: another job that does it.

    ``rate`` is in units a second, ``eta`` in seconds.
    """

    event: Literal["progress"] = "progress"
    stage: str
    done: float
    total: float
    unit: str = ""
    job: str | None = None
    rate: float | None = None
    eta: float | None = None


class Step(_Event):
    """One optimiser step. ``iter``/``total_iters`` count micro-batches, ``step``/``total_steps`` optimiser steps.

    ``loss`` is the mean over the trained tokens of all micro-batches and ranks. ``tokens_per_s`` counts non-padding
    tokens of all ranks, ``trained_tokens_per_s`` those with loss; ``mfu`` is the share (0–1) of the devices' peak
    arithmetic that the model's own operations use (None where the peak is not known); ``data_time`` and ``eta`` are seconds; ``memory`` is
    megabytes (peak device memory, or peak resident memory of rank 0 on a CPU). ``figures``: what the stage measures
    beside its loss, by name, as a mean over the samples since the last step event.
    """

    event: Literal["step"] = "step"
    iter: int
    total_iters: int
    step: int
    total_steps: int
    loss: float
    lr: float
    grad_norm: float | None = None
    tokens_per_s: float | None = None
    trained_tokens_per_s: float | None = None
    mfu: float | None = None
    data_time: float | None = None
    memory: float | None = None
    eta: float | None = None
    figures: dict[str, float] | None = None


class Validation(_Event):
    """The mean loss over the trained tokens of the validation samples, after iteration ``iter`` (0 = before training).

    ``tokens``: how many these are (of preference stages, how many pairs); ``train_loss``: the mean of the steps'
    losses since the last validation; ``figures``: as a step's, of the validation samples.
    """

    event: Literal["validation"] = "validation"
    iter: int
    step: int
    loss: float
    tokens: int
    train_loss: float | None = None
    figures: dict[str, float] | None = None


class Sample(_Event):
    """An answer the model gave at iteration ``iter`` (0 = before training)."""

    event: Literal["sample"] = "sample"
    iter: int
    prompt: str
    output: str
    image: str | None = None

    @property
    def asked(self) -> str:
        """The question as it is shown: with the name of the picture that it is about, if there is one."""
        return f"[{Path(self.image).name}] {self.prompt}" if self.image else self.prompt


class Score(_Event):
    """A share (0–1) of ``total`` probes answered right, for the checkpoint or model named by ``target``."""

    event: Literal["score"] = "score"
    name: str
    value: float
    right: int
    total: int
    iter: int | None = None
    target: str | None = None


class Checkpoint(_Event):
    """A checkpoint was completely written. ``path`` is relative to the job folder."""

    event: Literal["checkpoint"] = "checkpoint"
    iter: int
    step: int
    path: str


class Warned(_Event):
    """Something the user should know; the work goes on. ``is_note``: it is as was wished, and nothing is to be mended."""

    event: Literal["warning"] = "warning"
    message: str
    where: str | None = None
    fix: str | None = None
    is_note: bool = False


class Finished(_Event):
    """The work is done. ``results``: what was made (name → path or figure). ``stopped``: on the user's request."""

    event: Literal["finished"] = "finished"
    results: dict[str, str | int | float | bool] = {}
    stopped: bool = False


class Failed(_Event):
    """The work could not be done."""

    event: Literal["failed"] = "failed"
    reason: str
    where: str | None = None
    hint: str | None = None


Event = Annotated[
    Started | Progress | Step | Validation | Sample | Score | Checkpoint | Warned | Finished | Failed,
    Field(discriminator="event"),
]
_ANY_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class EventLog:
    """The writer's end of ``events.jsonl``: each call appends one whole line and flushes it.

    Args:
        show: is told every event that was written.
    """

    def __init__(self, job_folder: Path, show: Callable[[Event], None] | None = None) -> None:
        self._path = job_folder / EVENTS_FILE
        self._show = show

    def write(self, event: Event) -> None:
        """Append one event.

        Raises:
            OSError: the disk is full or the folder has gone; earlier lines stay whole.
        """
        line = event.model_dump_json(exclude_none=True).encode() + b"\n"
        with self._path.open("a+b", buffering=0) as stream:
            if self._ends_torn(stream):
                line = b"\n" + line
            while line:  # a nearly full disk takes a part, and says no only to the next
                line = line[stream.write(line) :]
        if self._show is not None:
            self._show(event)

    @staticmethod
    def _ends_torn(stream: FileIO) -> bool:
        """Whether an earlier writer died in the middle of its last line."""
        size = stream.seek(0, SEEK_END)
        if size == 0:
            return False
        stream.seek(size - 1)
        return stream.read(1) != b"\n"


def parse_event(line: bytes) -> Event | None:
    """The event of one line, or None if it is torn or of an unknown kind."""
    try:
        return _ANY_EVENT.validate_json(line)
    except ValidationError:
        return None
