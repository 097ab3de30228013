"""Preparing data within a job: its progress as events."""

from __future__ import annotations

import time

from workbench.data.prepare.write import OnProgress
from workbench.i18n import _
from workbench.jobs.events import EventLog, Progress
from workbench.jobs.folder import JobFolder
from workbench.training.ranks_environment import rank

_SECONDS_BETWEEN = 1.0


def preparation_events(job: JobFolder) -> OnProgress:
    """Writes how many rows are done, at most once a second, once for all ranks."""
    events = EventLog(job.path)
    last = time.monotonic()

    def tell(done: int, expected: int) -> None:
        nonlocal last
        if rank() != 0 or (time.monotonic() - last < _SECONDS_BETWEEN):
            return
        last = time.monotonic()
        events.write(Progress(stage=_("preparing the data"), done=done, total=expected, unit=_("rows")))

    return tell
