"""What people change in the queue: who stands where, who is held back, and who goes on."""

from __future__ import annotations

from typing import Literal

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.device_turn import CPU
from workbench.jobs.folder import DeviceWish, JobFolder
from workbench.jobs.launch import Turn, restart_job
from workbench.jobs.open_queue import open_queue
from workbench.jobs.slurm import slurm_id
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import resume_command

Direction = Literal["up", "down", "first", "last"]


def move(job: JobFolder, direction: Direction) -> int:
    """Give a job that waits another place, which is returned.

    Raises:
        WorkbenchError: the job does not wait, or Slurm decides when it begins.
    """
    _refuse_under_slurm(job)
    with open_queue() as order:
        tickets = order.tickets()
        waiting = [ticket.job for ticket in tickets if ticket.waits]
        path = job.path.resolve()
        if path not in waiting:
            raise _not_waiting(job)
        before = waiting.index(path)
        ends = {"up": before - 1, "down": before + 1, "first": 0, "last": len(waiting) - 1}
        place = min(max(ends[direction], 0), len(waiting) - 1)
        waiting.insert(place, waiting.pop(before))
        order.reorder([*(ticket.job for ticket in tickets if not ticket.waits), *waiting])
    return place + 1


def pause(job: JobFolder) -> None:
    """Hold a job back that waits; let a training save, and stand in the queue again without being started.

    Raises:
        WorkbenchError: the job neither waits nor trains, or nobody is left to put it back, or Slurm decides over it.
    """
    _refuse_under_slurm(job)
    with open_queue():  # it cannot take its turn between the look and the mark
        state = state_of(job)
        if state is JobState.RUNNING:
            _require_way_back(job)
        elif state is JobState.PAUSED:
            raise WorkbenchError(
                _("The job {job} is paused already.").format(job=job.id),
                fix=_("Let it go on: workbench unpause {job}").format(job=job.id),
            )
        elif state is not JobState.WAITING:
            raise WorkbenchError(_("The job {job} cannot be paused: {state}.").format(job=job.id, state=_(state.word)))
        job.pause_path.touch()
        if state is JobState.RUNNING:
            job.stop_path.touch()


def _refuse_under_slurm(job: JobFolder) -> None:
    number = slurm_id(job.path)
    if number is not None and not state_of(job).is_over:
        raise WorkbenchError(
            _("The job {job} was submitted to Slurm, which decides when it runs.").format(job=job.id),
            fix=_("Slurm's own words: scontrol hold {number}, scontrol release {number}, scontrol top {number}").format(
                number=number
            ),
        )


def _require_way_back(job: JobFolder) -> None:
    record = job.record
    if not record.resume_command or record.devices is None:
        raise WorkbenchError(_("Only a training can be paused."), where=job.id)
    if record.identity is None or not record.identity.is_alive():
        raise WorkbenchError(
            _("The process that watches over this job was killed: nothing would put it back into the queue."),
            where=job.id,
            fix=_("Stop it with 'workbench cancel {job}', then: {command} --queue").format(
                job=job.id, command=resume_command(job)
            ),
        )


def unpause(job: JobFolder) -> None:
    """Let a paused job take its turn, or put one back that was killed while it waited.

    Raises:
        WorkbenchError: the job is neither.
    """
    state, record = state_of(job), job.record
    if state is JobState.PAUSED:
        job.pause_path.unlink(missing_ok=True)
    elif state is JobState.LOST and record.waiting and slurm_id(job.path) is None:
        wish = record.devices or DeviceWish(among=[CPU], count=1)
        restart_job(job, record.command, turn=Turn(wish, waits=True, resume_command=tuple(record.resume_command)))
    else:
        raise WorkbenchError(
            _("The job {job} is not paused: {state}.").format(job=job.id, state=_(state.word)),
            fix=_("Go on with it: {command} --queue").format(command=resume_command(job)) if state.is_over else None,
        )


def _not_waiting(job: JobFolder) -> WorkbenchError:
    state = _(state_of(job).word)
    return WorkbenchError(
        _("The job {job} does not wait: {state}.").format(job=job.id, state=state),
        fix=_("'workbench queue' lists those that do."),
    )
