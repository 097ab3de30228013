"""Jobs that ended by saying what is wrong before they did anything: their folders tell nothing more."""

from __future__ import annotations

import shutil
from contextlib import suppress

from workbench.file_lock import LOCK_FILE
from workbench.jobs.events import Failed, Started, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import outcome_of
from workbench.jobs.tail import EventTail, last_log_lines

_LOG_LINES = 200
_TRACEBACK = "Traceback (most recent call last)"


def was_refused(job: JobFolder) -> bool:
    """Whether a job failed with a reason of its own, not by an error that its log explains, and had done nothing yet.

    Raises:
        WorkbenchError: the job's record is missing or damaged.
    """
    if not isinstance(outcome_of(job), Failed):
        return False
    began = any(not isinstance(event, Started | Warned | Failed) for event in EventTail(job.events_path).rest())
    return not began and not any(_TRACEBACK in line for line in last_log_lines(job.log_path, _LOG_LINES))


def discard(job: JobFolder) -> None:
    """Remove the folder of a job, and the one around it if only its lock is left in it."""
    shutil.rmtree(job.path, ignore_errors=True)
    around = job.path.parent
    with suppress(OSError):
        if {path.name for path in around.iterdir()} <= {LOCK_FILE}:
            (around / LOCK_FILE).unlink(missing_ok=True)
            around.rmdir()  # not its content: another job may begin in it meanwhile
