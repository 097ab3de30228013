"""What is told of a rank that was ended by a signal. Light: nothing of torch."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from workbench.configs.files import load_config
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import EventLog, Failed
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import outcome_of
from workbench.jobs.stop import stop_requested
from workbench.training.checkpoint_folders import resume_hint
from workbench.training.memory_mends import memory_mends
from workbench.training.notice_board import ENDED, pin
from workbench.training.ranks_environment import on_further_machine


def tell_death(job_path: Path, rank: int, pid: int, number: int, *, memory_ran_out: bool) -> None:
    """Write that a rank was ended, unless the job has told its end already or somebody asked it to stop.

    Args:
        number: of the signal.
        memory_ran_out: the system ended a process for want of memory while the rank ran.
    """
    reason = _("Rank {rank} (process {pid}) {reason}")
    _tell(job_path, reason.format(rank=rank, pid=pid, reason=_reason(number, memory_ran_out)), memory_ran_out)


def tell_death_of_launcher(job_path: Path, pid: int, *, memory_ran_out: bool) -> None:
    """Write that the process which had started the ranks was killed, and they with it; as `tell_death` otherwise."""
    reason = _("The launcher of the ranks (process {pid}) was killed, and they ended with it.").format(pid=pid)
    _tell(job_path, reason, memory_ran_out)


def _tell(job_path: Path, reason: str, memory_ran_out: bool) -> None:
    job = JobFolder(job_path)
    if stop_requested(job_path) or outcome_of(job) is not None:
        return
    hint = resume_hint(job)
    if memory_ran_out:
        hint = f"{_mends(job)} {hint}"
    try:
        EventLog(job_path).write(Failed(reason=reason, where=str(job.log_path), hint=hint))
    except OSError as error:  # the exit code still tells of it
        print(f"the failure could not be noted: {error}", file=sys.stderr)  # noqa: T201
    if on_further_machine():
        pin(ENDED, reason)


def _reason(number: int, memory_ran_out: bool) -> str:
    if number == signal.SIGKILL and memory_ran_out:
        return _("was ended by the system (SIGKILL), because the memory of this machine ran out.")
    if number == signal.SIGKILL:
        return _("was killed from outside (SIGKILL), by a person or a system that is short of memory.")
    if number == signal.SIGBUS:
        return _("crashed (SIGBUS): mostly a full /dev/shm, or a file that was cut while it was read.")
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = str(number)
    if number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        return _("was ended from outside ({signal}).").format(signal=name)
    return _("crashed ({signal}); log.txt has what it said last.").format(signal=name)


def _mends(job: JobFolder) -> str:
    try:
        return memory_mends(load_config(job.config_path), on_gpu=False)
    except WorkbenchError:
        return ""
