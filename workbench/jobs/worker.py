"""The frame of every heavy process: events out, exit code out, tracebacks to the log, mistakes in plain words."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.causes import cause_of, explained
from workbench.jobs.event_text import EventText
from workbench.jobs.events import Event, EventLog, Failed, Finished
from workbench.jobs.folder import JobFolder


def logged_events(job_path: Path) -> EventLog:
    """The job's events; what is written there is also printed, as in XTuner's log: the output is the job's ``log.txt``."""
    text = EventText()

    def show(event: Event) -> None:
        for line in text.lines(event):
            print(line, flush=True)  # noqa: T201

    return EventLog(job_path, show)


def run_worker(job_path: Path, work: Callable[[JobFolder, EventLog], Finished]) -> int:
    """Do the work of a job and report how it ended, as an event and as the exit code returned.

    A `WorkbenchError` becomes a ``failed`` event with its three parts; any other exception leaves its traceback in
    the log and becomes a ``failed`` event with a hint if its cause is known.
    """
    job, events = JobFolder(job_path), logged_events(job_path)
    try:
        events.write(work(job, events))
    except WorkbenchError as error:
        _write_if_possible(events, Failed(reason=error.what, where=error.where, hint=error.fix))
        return 1
    except Exception as error:
        traceback.print_exc()
        reason, where, is_full = f"{type(error).__name__}: {error}", str(job.log_path), False
        if isinstance(error, OSError) and error.strerror:
            reason, where = error.strerror, str(error.filename or job.log_path)
            is_full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        cause = cause_of("no space left" if is_full else reason)
        hint = cause.mend if cause is not None else _("log.txt has the details.")
        _write_if_possible(events, Failed(reason=explained(reason)[:2000], where=where, hint=hint))
        return 1
    return 0


def _write_if_possible(events: EventLog, event: Failed) -> None:
    """A full disk must not hide the first error behind a second one; the exit code still tells of the failure."""
    try:
        events.write(event)
    except OSError as error:
        print(f"{event.reason}\nthe failure could not be noted: {error}", file=sys.stderr)  # noqa: T201
