"""The processes of a job: those of its own session, also when its supervisor was killed and cannot be asked."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.jobs.folder import JobFolder
from workbench.jobs.process import boot_id, environment_of, members_of_session, session_of, start_ticks

JOB_VARIABLE = "WORKBENCH_JOB"
"""The environment variable in which a job's processes carry its folder."""


def own_folder(otherwise: Path) -> Path:
    """The folder of the job that this process belongs to; ``otherwise`` if it was started by hand."""
    return Path(os.environ.get(JOB_VARIABLE) or otherwise)


def own_session(job: JobFolder) -> int | None:
    """The session in which processes of a job live; None if there are none.

    A session keeps its number as long as it has a member; afterwards a stranger may get it. So once the supervisor is
    gone, one of the members must carry the job's name.
    """
    record = job.record
    identity = record.identity
    if identity is None or identity.is_elsewhere() or identity.boot_id != boot_id():
        return None
    if identity.is_alive():
        return session_of(identity.pid)
    if record.session is None:
        return None
    mark = f"{JOB_VARIABLE}={job.path.resolve()}".encode()
    is_own = any(mark in environment_of(pid) for pid in members_of_session(record.session))
    return record.session if is_own else None


def processes_of(job: JobFolder, session: int) -> list[int]:
    """The pids of a job's living processes: those of its session, and those that have left it, as torchrun's workers do."""
    mark = f"{JOB_VARIABLE}={job.path.resolve()}".encode()
    others = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    others.remove(os.getpid())
    return [pid for pid in others if (session_of(pid) == session or mark in environment_of(pid)) and start_ticks(pid)]


def has_orphans(job: JobFolder) -> bool:
    """Whether a job without a supervisor still has processes. Cheap where it has none, as nearly always."""
    session = job.record.session
    if session is None:
        return False
    try:
        os.killpg(session, 0)  # asks only whether the process group of the same number has members
    except (ProcessLookupError, PermissionError):
        return False
    return own_session(job) is not None
