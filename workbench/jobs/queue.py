"""The queue as people see it: who waits for which devices, in which order, and what Slurm's queue holds of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.device_turn import CPU
from workbench.jobs.find import find_job, list_jobs
from workbench.jobs.folder import DeviceWish, JobFolder
from workbench.jobs.open_queue import open_queue
from workbench.jobs.slurm import slurm_id, slurm_text
from workbench.jobs.state import JobState, state_of
from workbench.jobs.turns import Ticket, turns

_NO_PLACE = 1000
"""From here on a number is rather the beginning of a job's timestamp."""


@dataclass(frozen=True)
class QueueRow:
    """A job that holds devices (``place`` 0) or waits for some at a place from 1.

    ``devices``: those it has, or those of which it wants ``count``; ``behind``: the jobs that it waits for.
    ``slurm``: its number, if it waits in Slurm's queue, which gives it no place in this one; ``why``: for what.
    """

    job: JobFolder
    place: int
    state: JobState
    devices: tuple[str, ...]
    count: int
    behind: tuple[JobFolder, ...] = ()
    slurm: str | None = None
    why: str = ""

    @property
    def devices_text(self) -> str:
        """``cpu``, ``GPU 0, 2``, or ``2 of GPU 0, 1, 2, 3``; ``–`` of one that waits for those of a cluster."""
        if self.slurm:
            return "–"
        named = ", ".join(self.devices)
        if self.devices == (CPU,):
            return named
        named = _("GPU {numbers}").format(numbers=named)
        if self.count >= len(self.devices):
            return named
        return _("{count} of {devices}").format(count=self.count, devices=named)

    @property
    def place_mark(self) -> str:
        """The place in a table; ``–`` for one that has its devices, ``Slurm`` for one that waits there."""
        return "Slurm" if self.slurm else str(self.place or "–")

    @property
    def waits_for(self) -> str:
        """The jobs that it waits for, or what Slurm says."""
        return self.why or ", ".join(job.id for job in self.behind)

    @property
    def is_left_alone(self) -> bool:
        """Whether it was killed while it waited, and keeps its place until it is put back."""
        return self.place > 0 and self.state is JobState.LOST

    @property
    def goes_on(self) -> bool:
        """Whether it takes its turn again when it is let."""
        return self.state is JobState.PAUSED or self.is_left_alone

    @property
    def place_text(self) -> str:
        """The place, and whom it waits for."""
        text = _("place {number}").format(number=self.place)
        if self.behind:
            text += ", " + _("behind {jobs}").format(jobs=", ".join(job.id for job in self.behind))
        return text

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "job": self.job.id,
            "path": str(self.job.path),
            "place": self.place or None,
            "state": self.state.value,
            "devices": list(self.devices),
            "count": self.count,
            "waits_for": [job.id for job in self.behind],
            "slurm": self.slurm,
            "why": self.why or None,
        }


def queue_rows() -> list[QueueRow]:
    """Those that hold devices, then those that wait, in their order; of all projects of the user on this machine.

    Raises:
        WorkbenchError: the user's state folder cannot be written.
    """
    with open_queue() as order:
        tickets = order.tickets()
    busy = [ticket for ticket in tickets if ticket.is_busy]
    waiting = [ticket for ticket in tickets if ticket.waits]
    rows = [_row(ticket, 0, ()) for ticket in busy]
    for number, ticket in enumerate(waiting):
        rows.append(_row(ticket, number + 1, _ahead(ticket, busy, waiting[:number])))
    return rows


def rows_under_slurm(project: Path) -> list[QueueRow]:
    """The jobs of a project that wait in Slurm's queue, the oldest first."""
    submitted = [(job, number) for job in reversed(list_jobs(project)) if (number := slurm_id(job.path))]
    return [
        QueueRow(job, 0, JobState.WAITING, (), 0, slurm=number, why=slurm_text(job.path))
        for job, number in submitted
        if state_of(job) is JobState.WAITING
    ]


def _row(ticket: Ticket, place: int, behind: tuple[JobFolder, ...]) -> QueueRow:
    job = JobFolder(ticket.job)
    devices = ticket.holds or ticket.among
    return QueueRow(job, place, state_of(job), devices, ticket.count if ticket.waits else len(devices), behind)


def _ahead(ticket: Ticket, busy: list[Ticket], earlier: list[Ticket]) -> tuple[JobFolder, ...]:
    """Whom a job waits for: those that hold devices it could take, else those before it that want them too."""
    if not ticket.is_ready:
        return ()
    holding = [other for other in busy if set(other.holds) & set(ticket.among)]
    ahead = [other for other in earlier if other.is_ready and set(other.among) & set(ticket.among)]
    return tuple(JobFolder(other.job) for other in holding or ahead)


def in_the_way(wish: DeviceWish) -> tuple[JobFolder, ...]:
    """The jobs that a new one would wait for; empty if its devices are free.

    Raises:
        WorkbenchError: the user's state folder cannot be written.
    """
    with open_queue() as order:
        tickets = order.tickets()
    new = Ticket(Path(), tuple(wish.among), wish.count, (), waits=True, is_paused=False, lives=True)
    if new.job in turns([*tickets, new]):
        return ()
    return _ahead(new, [ticket for ticket in tickets if ticket.is_busy], [ticket for ticket in tickets if ticket.waits])


def places_in_queue() -> dict[Path, int]:
    """Job folder → place, of those that wait; empty if the queue cannot be read."""
    try:
        with open_queue() as order:
            waiting = [ticket.job for ticket in order.tickets() if ticket.waits]
    except WorkbenchError:
        return {}
    return {job: place for place, job in enumerate(waiting, start=1)}


def holders_of_devices() -> dict[str, str]:
    """Device → id of the job that has it; empty if the queue cannot be read."""
    try:
        return {device: row.job.id for row in queue_rows() if not row.place for device in row.devices}
    except WorkbenchError:
        return {}


def queue_row(job: JobFolder) -> QueueRow | None:
    """The place of one job; None if it has none, or the queue cannot be read."""
    try:
        return next((row for row in queue_rows() if row.job.path == job.path.resolve() and row.place), None)
    except WorkbenchError:
        return None


def queued_job(reference: str, project: Path) -> JobFolder:
    """The job of the queue with this place, id or beginning of its id; else the project's job (see `find_job`).

    Raises:
        WorkbenchError: no job or several fit, or nothing waits at this place.
    """
    rows = queue_rows()
    fitting = [row.job for row in rows if reference in {row.job.id, str(row.place or "")}]
    fitting = fitting or [row.job for row in rows if row.job.id.startswith(reference)]
    if not fitting and reference.isdigit() and int(reference) < _NO_PLACE:
        raise WorkbenchError(
            _("Nothing waits at place {place} of the queue.").format(place=reference),
            fix=_("'workbench queue' lists the places."),
        )
    return fitting[0] if len(fitting) == 1 else find_job(project, reference)
