"""Ending a job, one rung at a time: stop and save, stop now, and the proof that nothing of it is left."""

from __future__ import annotations

import json
import os
import shlex
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.folder import STOP_FILE, JobFolder
from workbench.jobs.session import own_session, processes_of
from workbench.jobs.slurm import cancel, slurm_id
from workbench.jobs.state import JobState, state_of
from workbench.jobs.supervise import STOPPED_WHILE_WAITING

_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class StopProof:
    """What is left of a stopped job: nothing, if both lists are empty."""

    leftover_pids: list[int] = field(default_factory=list)
    gpu_pids: list[int] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.leftover_pids and not self.gpu_pids


def request_stop(job: JobFolder) -> None:
    """Ask the worker to save a checkpoint at the end of its step and leave, or a job that waits to leave the queue.

    It is a file, not a signal: launchers kill their workers on SIGTERM, which would lose the checkpoint.

    Raises:
        WorkbenchError: the job is not running, and does not wait.
    """
    state = state_of(job)
    if state is JobState.LOST and job.record.waiting:  # nobody is left who could leave the queue by himself
        write_atomic(job.exit_path, json.dumps({"returncode": STOPPED_WHILE_WAITING, "ended": time.time()}))
    elif state.is_over or state is JobState.ELSEWHERE:
        raise WorkbenchError(_("The job {job} is not running: {state}.").format(job=job.id, state=_(state.word)))
    if state is JobState.WAITING:
        _end_under_slurm(job)
    job.pause_path.unlink(missing_ok=True)  # it is to end, not to go back into the queue
    job.stop_path.touch()


def stop_requested(job_path: Path) -> bool:
    """Whether somebody asked this job to stop. Workers look at the end of every step."""
    return (job_path / STOP_FILE).exists()


def wait_until_over(job: JobFolder, seconds: float) -> bool:
    """Wait for a job to end; False if it has not after so many seconds."""
    deadline = time.monotonic() + seconds
    while not state_of(job).is_over:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def stop_now(job: JobFolder, grace_s: float = 10.0) -> StopProof:
    """End every process of the job, politely first, and prove that none is left.

    Args:
        grace_s: seconds between SIGTERM and SIGKILL.

    Raises:
        WorkbenchError: the job runs on another host.
    """
    record = job.record
    if state_of(job) is JobState.ELSEWHERE:
        raise WorkbenchError(
            _("The job {job} runs on {host}.").format(job=job.id, host=record.host),
            fix=_("Stop it there, or ask it to stop and save: 'workbench cancel {job}'.").format(job=job.id),
        )
    if not state_of(job).is_over:
        _end_under_slurm(job)
    session = own_session(job)
    if session is None or session == os.getsid(0):
        return StopProof()
    job.pause_path.unlink(missing_ok=True)
    if not state_of(job).is_over:
        job.stop_path.touch()
    running = partial(processes_of, job, session)
    before = running()
    _signal(running(), signal.SIGTERM, spare=record.pid)
    if not _all_end(running, grace_s):
        _signal(running(), signal.SIGKILL, spare=record.pid)
        if not _all_end(running, grace_s):
            _signal(running(), signal.SIGKILL, spare=None)
            _all_end(running, 2.0)
    return StopProof(running(), sorted(_gpu_pids().intersection(before)))


def _end_under_slurm(job: JobFolder) -> None:
    """Take a job that was submitted to Slurm from its queue, or end it on all its machines."""
    number = slurm_id(job.path)
    if number is not None:
        cancel(number)


def _signal(pids: list[int], number: signal.Signals, spare: int | None) -> None:
    """Signal all these processes; the supervisor is spared so that it can note the exit code."""
    for pid in pids:
        if pid == spare:
            continue
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _all_end(running: Callable[[], list[int]], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _gpu_pids() -> set[int]:
    """Processes that hold memory of an NVIDIA GPU; empty without one."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return set()
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return {process.pid for handle in handles for process in pynvml.nvmlDeviceGetComputeRunningProcesses(handle)}
    except pynvml.NVMLError:
        return set()
    finally:
        pynvml.nvmlShutdown()


def resume_command(job: JobFolder) -> str:
    """The command that goes on with a stopped training."""
    return shlex.join(["workbench", "train", str(job.config_path), "--resume", str(job.path)])
