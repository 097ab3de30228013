"""Starting a job: a folder, then a detached supervisor that outlives the app, the shell and the SSH session."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.i18n import _, current_language
from workbench.jobs import supervise
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.registry import remember_work_dir
from workbench.jobs.session import JOB_VARIABLE
from workbench.jobs.state import JobState, state_of

WORK_DIRS = "work_dirs"
_SECONDS_TO_START = 10.0


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

    Raises:
        WorkbenchError: a job of the same kind is still at work in the same work dir, or the folder cannot be written.
    """
    parent = (work_dir or project / WORK_DIRS / name).resolve()
    with _readable_os_errors(parent):
        parent.mkdir(parents=True, exist_ok=True)
        with locked(parent):
            _refuse_second(parent, kind)
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
            _launch(job, record, env)
        remember_work_dir(project, parent)
    return job


def restart_job(job: JobFolder, command: list[str], *, env: Mapping[str, str] | None = None) -> JobFolder:
    """Start a command in the folder of a job that has ended, to go on with its work.

    Raises:
        WorkbenchError: the job still runs, or its folder cannot be written.
    """
    with _readable_os_errors(job.path), locked(job.path.parent):
        record = job.record
        _refuse_second(job.path.parent, record.kind)
        job.exit_path.unlink(missing_ok=True)
        job.stop_path.unlink(missing_ok=True)
        record = record.model_copy(update={"command": [part.replace("{job}", str(job.path)) for part in command]})
        _launch(job, record, env)
    return job


def _refuse_second(work_dir: Path, kind: str) -> None:
    for path in work_dir.iterdir():
        other = JobFolder(path)
        if _is_at_work(other, kind):
            raise WorkbenchError(
                _("The job {job} is already at work in this work dir.").format(job=other.id),
                where=str(work_dir),
                fix=_(
                    "Watch it with 'workbench attach {job}', stop it with 'workbench cancel {job}', "
                    "or wait for it; a training also takes another --work-dir."
                ).format(job=other.id),
            )


def _is_at_work(job: JobFolder, kind: str) -> bool:
    try:
        return job.record.kind == kind and state_of(job) in {JobState.RUNNING, JobState.STOPPING}
    except WorkbenchError:  # no job, or a damaged one, which must not bar all others
        return False


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
    job.write_record(record.model_copy(update={"pid": None, "start_ticks": None, "boot_id": None, "session": None}))
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
        [sys.executable, str(Path(supervise.__file__)), str(job.path), "--", *record.command],
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
            _("The folder cannot be written: {reason}").format(reason=error.strerror or error),
            where=str(folder),
            fix=_("Free some space, or go to a folder that can be written; a training also takes --work-dir."),
        ) from error
