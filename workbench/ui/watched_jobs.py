"""The job that is watched, those beside it on the plot, and how far stopping each has got. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workbench.i18n import _
from workbench.jobs.curve import Curves
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import state_of
from workbench.ui.job_watch import JobWatch
from workbench.ui.stop_ladder import StopLadder

_WITH_CURVES = {"train", "quickstart"}


@dataclass
class WatchedJobs:
    """One job and others to compare it with. ``place``: which of how many jobs of the project it is; 0 if of none."""

    watch: JobWatch
    compared: tuple[JobWatch, ...] = ()
    place: tuple[int, int] = (0, 0)
    ladder: StopLadder = field(init=False)

    def __post_init__(self) -> None:
        self.ladder = StopLadder(self.watch.job)

    @classmethod
    def open(cls, project: Path, job: JobFolder, compared: tuple[JobFolder, ...] = ()) -> WatchedJobs:
        """Read the jobs for the first time; takes up to some tenths of a second for long runs.

        Raises:
            WorkbenchError: a folder holds no readable job.
        """
        opened = cls(JobWatch.open(job), tuple(JobWatch.open(one) for one in compared))
        opened.count(project)
        return opened

    def count(self, project: Path) -> None:
        """Look again which of how many jobs it is; reads the record of each."""
        jobs = list_jobs(project)
        number = next((place for place, other in enumerate(jobs, start=1) if other.path == self.job.path), 0)
        self.place = number, len(jobs)

    @property
    def position(self) -> str:
        """The same in words; empty if it is none of the project."""
        number, count = self.place
        return _("job {number}/{count}").format(number=number, count=count) if number else ""

    @property
    def job(self) -> JobFolder:
        """The one that is watched."""
        return self.watch.job

    @property
    def compared_jobs(self) -> tuple[JobFolder, ...]:
        """Those beside it."""
        return tuple(one.job for one in self.compared)

    @property
    def all(self) -> tuple[JobWatch, ...]:
        """In the order of the plot."""
        return (self.watch, *self.compared)

    def poll(self) -> None:
        """Read what is new of every job.

        Raises:
            WorkbenchError: a folder was removed or damaged.
        """
        for one in self.all:
            one.poll()

    @property
    def caught_up(self) -> bool:
        """Whether everything written so far was read."""
        return all(one.caught_up for one in self.all)

    def details(self, first: int, last: int) -> dict[str, Curves]:
        """By job id, the curves of a window of iterations, step by step; reads those steps again."""
        return {one.job.id: one.curve.zoomed(first, last) for one in self.all}


def journey_around(training: JobWatch) -> JobFolder | None:
    """The quickstart that began a training and is still at work; None if there is none."""
    journeys = list_jobs(Path(training.record.project), "quickstart")
    return next(
        (job for job in journeys if job.record.started <= training.record.started and not state_of(job).is_over), None
    )


def job_to_begin_with(project: Path) -> JobFolder | None:
    """A running job before all others, then one that waits, else the newest training."""
    jobs = list_jobs(project)
    states = {job: state_of(job) for job in jobs}
    running = next((job for job in jobs if not states[job].is_over and not states[job].is_queued), None)
    waiting = next((job for job in jobs if states[job].is_queued), None)
    return running or waiting or next((job for job in jobs if job.record.kind in _WITH_CURVES), None)
