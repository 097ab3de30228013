"""What a finished job made."""

from __future__ import annotations

from workbench.jobs.events import Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import outcome_of


def results_of(job: JobFolder) -> dict[str, str | float | bool]:
    """Name → path or figure, as the job reported at its end; empty if it has not finished."""
    outcome = outcome_of(job)
    return outcome.results if isinstance(outcome, Finished) else {}
