"""Job folders as the supervisor leaves them, without a process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from workbench.jobs.events import Event, EventLog, Step
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.process import ProcessIdentity, identify

BEGAN = 1_790_000_000.0
"""2026-09-21 14:13:20 UTC."""


def recorded(
    project: Path,
    identifier: str = "demo/20260921_141320",
    *,
    kind: str = "train",
    process: ProcessIdentity | None = None,
    session: int | None = None,
    exit_code: int | None = None,
) -> JobFolder:
    """A job's folder in a project; ``exit_code`` None if none was noted."""
    job = JobFolder(project / "work_dirs" / identifier)
    job.path.mkdir(parents=True)
    signed = {} if process is None else {name: getattr(process, name) for name in process.__dataclass_fields__}
    record = JobRecord(
        kind=kind,
        name=job.path.parent.name,
        command=["true"],
        project=str(project),
        started=BEGAN,
        session=session,
        **signed,
    )
    job.write_record(record)
    if exit_code is not None:
        job.exit_path.write_text(json.dumps({"returncode": exit_code}))
    return job


def ended_process() -> ProcessIdentity:
    """The identity of a process that has ended."""
    with subprocess.Popen(["sleep", "60"]) as process:
        identity = identify(process.pid)
        process.kill()
    assert identity is not None
    return identity


def write(job: JobFolder, *events: Event, at: float = BEGAN + 1) -> None:
    """Append events of one moment."""
    log = EventLog(job.path)
    for event in events:
        log.write(event.model_copy(update={"time": at}))


def step(iteration: int, loss: float = 1.0, total: int = 100) -> Step:
    """A step with one iteration."""
    return Step(iter=iteration, total_iters=total, step=iteration, total_steps=total, loss=loss, lr=0.5, grad_norm=2.0)
