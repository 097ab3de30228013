"""What of the Train area watches a job: it looks twice a second, and not at all while another area is on screen."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import get_current_worker

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.curve import Curves
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import JobState
from workbench.ui.job_text import queue_sentence
from workbench.ui.job_watch import JobWatch
from workbench.ui.screens.train_queue import QueueKeys
from workbench.ui.watched_jobs import WatchedJobs, job_to_begin_with, journey_around
from workbench.ui.widgets.job_view import JobView
from workbench.ui.widgets.loss_plot import LossPlot

_POLL_SECONDS = 0.5
_CATCH_UP_SECONDS = 0.05
_COUNT_SECONDS = 5.0


class WatchesJob(QueueKeys):
    """The part of the screen that shows one job, others beside it on the plot."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: WatchedJobs | None = None
        self._catching_up: Timer | None = None
        self._state: JobState | None = None

    def compose_area(self) -> ComposeResult:
        yield JobView(id="job-view")
        yield Static(_("No job yet. Press n to set up a training."), id="train-empty", markup=False)

    # -- coming and going

    def on_mount(self) -> None:
        self._show_opened()
        self.look_every(_POLL_SECONDS, self._look)
        self.set_interval(_COUNT_SECONDS, self._count)
        self._open_first()

    def recomposed(self) -> None:
        self._show_opened()

    def on_screen_resume(self) -> None:
        self._look()

    @property
    def watched(self) -> JobWatch | None:
        return self._jobs.watch if self._jobs else None

    def watch_job(self, job: JobFolder, *, keeps_compared: bool = False) -> None:
        self._open(job, self._jobs.compared_jobs if self._jobs and keeps_compared else ())

    # -- which job

    @work(thread=True, group="train-open", exclusive=True, exit_on_error=False)
    def _open_first(self) -> None:
        if job := job_to_begin_with(self.workbench.project):
            self._read(job, ())

    @work(thread=True, group="train-open", exclusive=True, exit_on_error=False)
    def _open(self, job: JobFolder, compared: tuple[JobFolder, ...] = ()) -> None:
        self._read(job, compared)

    def _read(self, job: JobFolder, compared: tuple[JobFolder, ...]) -> None:
        """Runs in a worker's thread; what was asked for last is shown."""
        jobs = WatchedJobs.open(self.workbench.project, job, compared)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._take, jobs)

    def _take(self, jobs: WatchedJobs) -> None:
        self._jobs = jobs
        self._show_opened()
        self.query_one(LossPlot).focus()

    def _show_opened(self) -> None:
        self.query_one(JobView).display = self._jobs is not None
        self.query_one("#train-empty").display = self._jobs is None
        if self._jobs is not None:
            self.query_one(JobView).open_job(self._jobs.watch, self._jobs.compared)
            self._look()
        self.refresh_bindings()

    # -- looking

    def _look(self) -> None:
        """Read what is new of every job on the plot, and paint what differs."""
        jobs = self._jobs
        if jobs is None or not self.is_current:
            return
        try:
            jobs.poll()
        except WorkbenchError as error:  # the folder was removed or damaged under our eyes
            self._jobs = None
            self._show_opened()
            self.workbench.show_error(error)
            return
        self.query_one(JobView).tell(
            jobs.position, queue_sentence(jobs.watch) or jobs.ladder.sentence(jobs.watch.state)
        )
        if jobs.watch.state is not self._state:
            self._go_on_with_journey(jobs.watch)
            self._state = jobs.watch.state
            self.refresh_bindings()
        if self._catching_up is not None:
            self._catching_up.stop()  # one at a time: keys are answered between the slices
        self._catching_up = None if jobs.caught_up else self.set_timer(_CATCH_UP_SECONDS, self._look)

    @work(thread=True, group="train-count", exclusive=True, exit_on_error=False)
    def _count(self) -> None:
        """See whether there are more jobs by now; the next look shows it."""
        if (jobs := self._jobs) is not None and self.is_current:
            jobs.count(self.workbench.project)

    def _go_on_with_journey(self, watch: JobWatch) -> None:
        """When the training of a quickstart ends before our eyes, watch the rest of the journey."""
        has_ended = self._state is JobState.RUNNING and watch.state is JobState.FINISHED
        if has_ended and watch.is_training and (journey := journey_around(watch)):
            self._open(journey)

    @on(LossPlot.DetailWanted)
    def _fetch_detail(self, event: LossPlot.DetailWanted) -> None:
        if self._jobs is not None:
            self._read_detail(self._jobs, event)

    @work(thread=True, group="train-detail", exclusive=True, exit_on_error=False)
    def _read_detail(self, jobs: WatchedJobs, event: LossPlot.DetailWanted) -> None:
        """Read the steps of a small window again, exactly."""
        details = jobs.details(event.window.first, event.window.last)
        self.app.call_from_thread(self._take_detail, event, details)

    def _take_detail(self, event: LossPlot.DetailWanted, details: dict[str, Curves]) -> None:
        plot = self.query_one(LossPlot)
        for run in plot.runs:
            if run.name in details:
                run.detail = (event.window, details[run.name])
        plot.redraw()
