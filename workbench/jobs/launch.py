"""Starting a job: a folder, then a detached supervisor that outlives the app, the shell and the SSH session."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError, system_reason
from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.i18n import _, current_language
from workbench.jobs import supervise
from workbench.jobs.folder import DeviceWish, JobFolder, JobRecord
from workbench.jobs.kinds import SIDE_BY_SIDE
from workbench.jobs.open_queue import open_queue
from workbench.jobs.registry import remember_work_dir
from workbench.jobs.session import JOB_VARIABLE
from workbench.jobs.state import JobState, state_of

WORK_DIRS = "work_dirs"
_SECONDS_TO_START = 10.0


@dataclass(frozen=True)
class Turn:
    """What a job has for itself as long as it runs.

    ``waits``: it stands in the queue until its devices are free; else it begins at once and shares those that are
    taken. ``resume_command`` goes on with the work after a pause; without it, the job cannot be paused.
    """

    devices: DeviceWish
    waits: bool = False
    resume_command: tuple[str, ...] = ()


def start_job(
    kind: str,
    name: str,
    command: list[str],
    *,
    project: Path,
    arguments: dict[str, Any] | None = None,
    config_text: str | None = None,
    work_dir: Path | None = None,
    env: Mapping[str, str] | None = None,
    turn: Turn | None = None,
) -> JobFolder:
    """Make a job folder and start the command in a session of its own.

    Args:
        kind: ``train``, ``convert``, ``merge``, ``evaluate``, ``quickstart`` …
        name: what is worked on; the folder is ``<project>/work_dirs/<name>/<timestamp>``.
        command: the command line; ``{job}`` in an item becomes the job folder's path.
        project: the folder the command runs in.
        arguments: what the worker needs to know beside the config; kept in ``job.yaml``.
        config_text: the frozen config, if there is one.
        work_dir: instead of ``<project>/work_dirs/<name>``.
        env: added to the environment.
        turn: the devices that it needs, and whether it waits for them.

    Raises:
        WorkbenchError: a job of the same kind (and of `SIDE_BY_SIDE` with the same arguments) is still at work in the
            same work dir and the new one does not wait, or the folder cannot be written.
    """
    parent = (work_dir or project / WORK_DIRS / name).resolve()
    with _readable_os_errors(parent):
        parent.mkdir(parents=True, exist_ok=True)
        with locked(parent):
            if turn is not None and turn.waits:
                _require_queue()
            else:
                _refuse_second(parent, kind, arguments or {})
            job = _new_folder(parent)
            record = JobRecord(
                kind=kind,
                name=name,
                command=[part.replace("{job}", str(job.path)) for part in command],
                project=str(project.resolve()),
                arguments=arguments or {},
            )
            if config_text is not None:
                write_atomic(job.config_path, config_text)
            _launch(job, _with_turn(record, job, turn), env)
        remember_work_dir(project, parent)
    return job


def restart_job(
    job: JobFolder,
    command: list[str],
    *,
    arguments: dict[str, Any] | None = None,
    config_text: str | None = None,
    env: Mapping[str, str] | None = None,
    turn: Turn | None = None,
) -> JobFolder:
    """Start a command in the folder of a job that has ended, to go on with its work.

    Args:
        arguments: as in `start_job`; those of the first start if it is None.
        config_text: of its config from now on, if that changes.
        turn: as in `start_job`; if it is None, the devices of the first start, at once.

    Raises:
        WorkbenchError: the job still runs, or its folder cannot be written.
    """
    with _readable_os_errors(job.path), locked(job.path.parent):
        record = job.record
        require_over(job)
        if turn is not None and turn.waits:
            _require_queue()
        else:
            _refuse_second(job.path.parent, record.kind, record.arguments if arguments is None else arguments)
        for path in (job.exit_path, job.stop_path, job.pause_path):
            path.unlink(missing_ok=True)
        if config_text is not None:
            write_atomic(job.config_path, config_text)
        again: dict[str, Any] = {
            "command": [part.replace("{job}", str(job.path)) for part in command],
            "arguments": record.arguments if arguments is None else arguments,
            "waiting": False,
        }
        _launch(job, _with_turn(record.model_copy(update=again), job, turn), env)
    return job


def _require_queue() -> None:
    """Look whether there is a queue to stand in."""
    with open_queue():
        pass


def _refuse_second(work_dir: Path, kind: str, arguments: dict[str, Any]) -> None:
    """One that waits does not count: it begins some time later."""
    for other in map(JobFolder, work_dir.iterdir()):
        is_at_work = _state(other, kind) in {JobState.RUNNING, JobState.STOPPING}
        if is_at_work and (kind not in SIDE_BY_SIDE or other.record.arguments == arguments):
            raise _at_work(other)


def require_over(job: JobFolder) -> None:
    """Look whether a job can be started again.

    Raises:
        WorkbenchError: it is at work, or has a place in the queue.
    """
    state = state_of(job)
    if state is JobState.PAUSED:
        raise WorkbenchError(
            _("The job {job} is paused.").format(job=job.id),
            where=str(job.path),
            fix=_("Let it go on: workbench unpause {job}").format(job=job.id),
        )
    if not state.is_over and state is not JobState.ELSEWHERE:
        raise _at_work(job)


def _at_work(job: JobFolder) -> WorkbenchError:
    return WorkbenchError(
        _("The job {job} is already at work in this work dir.").format(job=job.id),
        where=str(job.path.parent),
        fix=_(
            "Watch it with 'workbench attach {job}', stop it with 'workbench cancel {job}', "
            "or wait for it; a training also takes another --work-dir."
        ).format(job=job.id),
    )


def _state(job: JobFolder, kind: str) -> JobState | None:
    """The state of a job of this kind; None if it is no such job, or a damaged one, which must not bar all others."""
    try:
        return state_of(job) if job.record.kind == kind else None
    except WorkbenchError:
        return None


def _with_turn(record: JobRecord, job: JobFolder, turn: Turn | None) -> JobRecord:
    if turn is None:
        return record
    resume = [part.replace("{job}", str(job.path)) for part in turn.resume_command]
    return record.model_copy(update={"devices": turn.devices, "waiting": turn.waits, "resume_command": resume})


def _new_folder(parent: Path) -> JobFolder:
    """A folder named by the second; the next free second if that one is taken."""
    moment = time.time()
    while True:
        path = parent / time.strftime("%Y%m%d_%H%M%S", time.localtime(moment))
        try:
            path.mkdir()
        except FileExistsError:
            moment += 1
        else:
            return JobFolder(path)


def _launch(job: JobFolder, record: JobRecord, env: Mapping[str, str] | None) -> None:
    """Start the supervisor and wait until it has signed the record."""
    job.write_record(
        record.model_copy(update={"pid": None, "start_ticks": None, "boot_id": None, "session": None, "holds": []})
    )
    environment = os.environ | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONSAFEPATH": "1",  # a folder called workbench in the project must not shadow the package
        "WORKBENCH_LANG": current_language(),
        JOB_VARIABLE: str(job.path.resolve()),
        # torchrun answers SIGHUP by ending the workers unless told otherwise
        "TORCHELASTIC_SIGNALS_TO_HANDLE": "SIGTERM,SIGINT,SIGQUIT",
        **(env or {}),
    }
    subprocess.run(
        [sys.executable, str(Path(supervise.__file__)), str(job.path.resolve()), "--", *record.command],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=record.project,
        env=environment,
    )
    deadline = time.monotonic() + _SECONDS_TO_START
    while job.record.pid is None:
        if time.monotonic() > deadline:
            raise WorkbenchError(_("The job did not start."), where=str(job.path), fix=_("Look into its log.txt."))
        time.sleep(0.01)


@contextmanager
def _readable_os_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkbenchError(
            _("The folder cannot be written: {reason}").format(reason=system_reason(error)),
            where=str(folder),
            fix=_("Free some space, or go to a folder that can be written; a training also takes --work-dir."),
        ) from error
