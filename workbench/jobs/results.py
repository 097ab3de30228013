"""What a finished job made."""

from __future__ import annotations

from workbench.jobs.events import Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import last_event


def results_of(job: JobFolder) -> dict[str, str | float | bool]:
    """Name → path or figure, as the job reported at its end; empty if it has not finished."""
    finished = last_event(job.events_path, (Finished,))
    return finished.results if isinstance(finished, Finished) else {}
