"""The Train area: start a training, watch it live from its first step, stop it, resume it, compare it with others.

It keeps nothing: whatever it shows is read from the jobs' folders, so it shows the same whenever and wherever it is
opened. It looks twice a second, and not at all while another area is on screen.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import get_current_worker

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.jobs.curve import Curves
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import JobState
from workbench.ui.job_text import queue_sentence
from workbench.ui.job_watch import JobWatch
from workbench.ui.screens.area import SMALLEST
from workbench.ui.screens.train_queue import QueueKeys
from workbench.ui.stop_ladder import StopLadder
from workbench.ui.watched_jobs import WatchedJobs, job_to_begin_with, journey_around
from workbench.ui.widgets.job_view import TABS, JobView
from workbench.ui.widgets.loss_plot import LossPlot

_POLL_SECONDS = 0.5
_CATCH_UP_SECONDS = 0.05
_COUNT_SECONDS = 5.0
_ENDABLE = {JobState.WAITING, JobState.PAUSED, JobState.RUNNING, JobState.STOPPING}
_RESUMABLE = {JobState.STOPPED, JobState.FAILED, JobState.LOST}


class TrainScreen(QueueKeys):
    """One job at a time, others beside it on the plot."""

    AREA = "train"
    CSS_PATH = "train.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-too-narrow"),
        (SMALLEST[0], "-narrow"),
        (130, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", N_("New"), id="train.new", tooltip=N_("Set up and start a training")),
        Binding("j", "jobs", N_("Jobs"), id="train.jobs", tooltip=N_("Watch another job, or compare several")),
        Binding("s", "stop", N_("Stop"), id="train.stop", tooltip=N_("Stop and save; once more: stop now")),
        Binding("r", "resume", N_("Resume"), id="train.resume", tooltip=N_("Go on from the newest checkpoint")),
        Binding(
            "k",
            "checkpoints",
            N_("Checkpoints"),
            id="train.checkpoints",
            tooltip=N_("Compare and convert its checkpoints"),
        ),
        Binding("v", "series", N_("Series"), id="train.series", tooltip=N_("Loss, learning rate, gradient norm")),
        Binding("l", "log", N_("Log axis"), id="train.log", tooltip=N_("Linear or logarithmic axis")),
        Binding(
            "plus,equals_sign",
            "zoom(0.5)",
            N_("Zoom in"),
            id="train.zoom_in",
            tooltip=N_("Fewer iterations; arrows read, ctrl+arrows pan"),
        ),
        Binding("minus", "zoom(2)", N_("Zoom out"), id="train.zoom_out", tooltip=N_("More iterations"), show=False),
        Binding("0", "whole", N_("Whole"), id="train.whole", tooltip=N_("Show the whole run"), show=False),
        Binding("f", "fold_plot", N_("Fold plot"), id="train.fold", tooltip=N_("More room for the tabs")),
        *(
            Binding(str(number), f"tab('{name}')", title, id=f"train.tab_{name}", tooltip=about, show=False)
            for number, (name, title, about) in enumerate(TABS, start=1)
        ),
    ]

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

    def arrive(self, **context: Any) -> None:
        """Watch ``job`` (a folder or its id), or set up a training with ``config``."""
        if job := context.get("job"):
            if (found := self.job_meant(job)) is None:
                return
            self._open(found)
        if config := context.get("config"):
            self._set_up(str(config))

    def recomposed(self) -> None:
        self._show_opened()

    def on_screen_resume(self) -> None:
        self._look()

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

    # -- what the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now stands in the footer."""
        watch = self.watched
        match action:
            case "stop":
                return watch is not None and watch.state in _ENDABLE
            case "pause":
                return self.can_pause
            case "resume":
                return watch is not None and watch.is_training and watch.state in _RESUMABLE
            case "series" | "log" | "zoom" | "whole" | "fold_plot":
                return watch is not None and watch.is_training
            case "checkpoints" | "tab":
                return watch is not None
        return True

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def action_jobs(self) -> None:
        from workbench.ui.screens.job_picker import JobPicker

        current, compared = (self._jobs.job, self._jobs.compared_jobs) if self._jobs else (None, ())
        chosen = await self.app.push_screen_wait(JobPicker(self.workbench.project, current, compared))
        if chosen is not None:
            self._open(chosen.job, chosen.compared)

    @property
    def watched(self) -> JobWatch | None:
        return self._jobs.watch if self._jobs else None

    def watch_job(self, job: JobFolder, *, keeps_compared: bool = False) -> None:
        self._open(job, self._jobs.compared_jobs if self._jobs and keeps_compared else ())

    def action_new(self) -> None:
        self._set_up(None)

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def _set_up(self, config: str | None) -> None:
        from workbench.ui.screens.train_setup import TrainSetup

        job = await self.app.push_screen_wait(TrainSetup(self.workbench.project, config))
        if job is not None:
            self._open(job)

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def action_stop(self) -> None:
        """Ask which rung of the ladder to take; the job is named."""
        from workbench.ui.screens.stop_dialog import NOW, SAVE, stop_dialog

        if (jobs := self._jobs) is None:
            return
        rung = await self.app.push_screen_wait(stop_dialog(jobs.watch))
        if rung == SAVE:
            try:
                jobs.ladder.save_and_stop()
            except WorkbenchError as error:
                self.workbench.show_error(error)
            self._look()
        elif rung == NOW:
            self._stop_now(jobs.ladder)

    @work(thread=True, group="train-stop", exit_on_error=False)
    def _stop_now(self, ladder: StopLadder) -> None:
        ladder.stop_now()
        self.app.call_from_thread(self._look)

    def action_checkpoints(self) -> None:
        if self._jobs is not None:
            self.workbench.go("checkpoints", job=self._jobs.job)

    def action_series(self) -> None:
        self.query_one(LossPlot).next_series()

    def action_log(self) -> None:
        self.query_one(LossPlot).toggle_log()

    def action_zoom(self, factor: float) -> None:
        self.query_one(LossPlot).zoom(factor)

    def action_whole(self) -> None:
        self.query_one(LossPlot).zoom_out_whole()

    def action_tab(self, name: str) -> None:
        self.query_one(JobView).choose_tab(name)

    def action_fold_plot(self) -> None:
        self.query_one(JobView).fold_plot()
