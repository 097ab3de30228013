"""The frame of every heavy process: events out, exit code out, tracebacks to the log, mistakes in plain words."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.jobs.events import EventLog, Failed, Finished
from workbench.jobs.folder import JobFolder

_KNOWN_CAUSES = (
    (
        ("out of memory", "cannot allocate memory", "memoryerror", "defaultcpuallocator"),
        N_("Memory ran out: make batch_size or max_length smaller, or use method: qlora."),
    ),
    (("no space left", "disk quota"), N_("The disk is full: free some space, then resume the job.")),
    (("address already in use", "eaddrinuse"), N_("A port is in use: start the job again to get another one.")),
    (("nccl", "gloo"), N_("The processes could not talk to each other: see log.txt, then try with --nproc 1.")),
    (
        ("no module named", "cannot import name"),
        N_("A Python package is missing: 'workbench doctor' names it and the mend."),
    ),
    (
        ("ninja", "g++", "c++", "error building extension"),
        N_("A compiler step failed: install g++ and ninja, or name no optimizer in the DeepSpeed file."),
    ),
    (("couldn't connect", "offline", "connection error", "max retries"), N_("The network is not reachable.")),
)


def cause_hint(text: str) -> str | None:
    """What to do about an error whose text is known, translated; None if it is not known."""
    lowered = text.lower()
    return next((_(hint) for words, hint in _KNOWN_CAUSES if any(word in lowered for word in words)), None)


def run_worker(job_path: Path, work: Callable[[JobFolder, EventLog], Finished]) -> int:
    """Do the work of a job and report how it ended, as an event and as the exit code returned.

    A `WorkbenchError` becomes a ``failed`` event with its three parts; any other exception leaves its traceback in
    the log and becomes a ``failed`` event with a hint if its cause is known.
    """
    job, events = JobFolder(job_path), EventLog(job_path)
    try:
        events.write(work(job, events))
    except WorkbenchError as error:
        print(f"{error}", file=sys.stderr)  # noqa: T201 - stderr is the job's log
        _write_if_possible(events, Failed(reason=error.what, where=error.where, hint=error.fix))
        return 1
    except Exception as error:
        traceback.print_exc()
        reason, where, is_full = f"{type(error).__name__}: {error}", str(job.log_path), False
        if isinstance(error, OSError) and error.strerror:
            reason, where = error.strerror, str(error.filename or job.log_path)
            is_full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        hint = cause_hint("no space left" if is_full else reason) or _("log.txt has the details.")
        _write_if_possible(events, Failed(reason=reason[:2000], where=where, hint=hint))
        return 1
    return 0


def _write_if_possible(events: EventLog, event: Failed) -> None:
    """A full disk must not hide the first error behind a second one; the exit code still tells of the failure."""
    try:
        events.write(event)
    except OSError as error:
        print(f"the failure could not be noted: {error}", file=sys.stderr)  # noqa: T201
