"""Preparing data within a job: its progress as events, and its end when somebody asks the job to stop."""

from __future__ import annotations

import time

from workbench.data.prepare.write import OnProgress
from workbench.i18n import _
from workbench.jobs.events import Progress
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.training.telling import event_log

_SECONDS_BETWEEN = 1.0


class PreparationStoppedError(Exception):
    """Somebody asked the job to stop before its data was prepared; nothing half-made is left."""


def preparation_events(job: JobFolder, stage: str | None = None, unit: str | None = None) -> OnProgress:
    """Writes how much is done, at most once a second and at the end, once on each machine.

    Args:
        stage: what is done, translated; preparing the data if it is None.
        unit: what is counted, translated; rows if it is None.

    What it gives raises `PreparationStoppedError` as soon as the job is asked to stop.
    """
    events = event_log(job)
    said, counted = stage or _("preparing the data"), unit or _("rows")
    last = time.monotonic()

    def tell(done: int, expected: int) -> None:
        nonlocal last
        if stop_requested(job.path):
            raise PreparationStoppedError
        if events is None or (done < expected and time.monotonic() - last < _SECONDS_BETWEEN):
            return
        last = time.monotonic()
        events.write(Progress(stage=said, done=done, total=expected, unit=counted))

    return tell
