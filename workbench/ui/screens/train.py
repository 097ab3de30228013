"""The Train area: start a training, watch it live from its first step, stop it, resume it, compare it with others.

It keeps nothing: whatever it shows is read from the jobs' folders, so it shows the same whenever and wherever it is
opened. It looks twice a second, and not at all while another area is on screen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Static

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.jobs.find import find_job, list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import JobState, state_of
from workbench.ui.job_watch import JobWatch
from workbench.ui.screens.area import SMALLEST, AreaScreen
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.stop_ladder import StopLadder
from workbench.ui.widgets.job_view import TABS, JobView
from workbench.ui.widgets.loss_plot import LossPlot

_POLL_SECONDS = 0.5
_CATCH_UP_SECONDS = 0.05
_SAVE, _NOW = "save", "now"


class TrainScreen(AreaScreen):
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
            show=False,
        ),
        Binding("minus", "zoom(2)", N_("Zoom out"), id="train.zoom_out", tooltip=N_("More iterations"), show=False),
        Binding("0", "whole", N_("Whole"), id="train.whole", tooltip=N_("Show the whole run"), show=False),
        *(
            Binding(str(number), f"tab('{name}')", title, id=f"train.tab_{name}", tooltip=title, show=False)
            for number, (name, title) in enumerate(
                zip(TABS, (N_("Answers"), N_("Scores"), N_("Log"), N_("About")), strict=True), start=1
            )
        ),
        Binding(
            "question_mark", "app.help", N_("Help"), id="train.help", tooltip=N_("Every key of this screen"), show=False
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._job: JobFolder | None = None
        self._compared: tuple[JobFolder, ...] = ()
        self._watches: dict[Path, JobWatch] = {}
        self._ladders: dict[Path, StopLadder] = {}
        self._position = ""
        self._timer: Timer | None = None

    def compose_area(self) -> ComposeResult:
        yield JobView(id="job-view")
        yield Static(_("No job yet. Press n to set up a training."), id="train-empty", markup=False)

    # -- coming and going

    def on_mount(self) -> None:
        self._show_view()
        self._timer = self.set_interval(_POLL_SECONDS, self._look)
        if self._job is None:
            self._open_newest()

    def arrive(self, **context: Any) -> None:
        """Watch ``job`` (a folder or its id), or set up a training with ``config``."""
        if job := context.get("job"):
            try:
                self._job = job if isinstance(job, JobFolder) else find_job(self.workbench.project, str(job))
            except WorkbenchError as error:
                self.workbench.show_error(error)
                return
            self._open(self._job, ())
        if config := context.get("config"):
            self._set_up(str(config))

    def recomposed(self) -> None:
        self._show_view()
        self._show_opened()

    def on_screen_suspend(self) -> None:
        if self._timer:
            self._timer.pause()

    def on_screen_resume(self) -> None:
        if self._timer:
            self._timer.resume()
            self._look()

    # -- which job

    @work(thread=True, group="train-open", exclusive=True, exit_on_error=False)
    def _open_newest(self) -> None:
        """A running job before all others, else the newest training."""
        jobs = list_jobs(self.workbench.project)
        running = next((job for job in jobs if not state_of(job).is_over), None)
        trained = next((job for job in jobs if job.record.kind in {"train", "quickstart"}), None)
        if job := running or trained:
            self._open_watches(job, ())

    @work(thread=True, group="train-open", exclusive=True, exit_on_error=False)
    def _open(self, job: JobFolder, compared: tuple[JobFolder, ...]) -> None:
        self._open_watches(job, compared)

    def _open_watches(self, job: JobFolder, compared: tuple[JobFolder, ...]) -> None:
        """Read the jobs for the first time; runs in a thread."""
        opened = {one.path: self._watches.get(one.path) or JobWatch.open(one) for one in (job, *compared)}
        jobs = list_jobs(self.workbench.project)
        number = next((place for place, other in enumerate(jobs, start=1) if other.path == job.path), 0)
        position = _("job {number} of {count}").format(number=number, count=len(jobs)) if number else ""
        self.app.call_from_thread(self._take_watches, job, compared, opened, position)

    def _take_watches(
        self, job: JobFolder, compared: tuple[JobFolder, ...], opened: dict[Path, JobWatch], position: str
    ) -> None:
        self._job, self._compared, self._watches, self._position = job, compared, opened, position
        self._ladders.setdefault(job.path, StopLadder(job))
        self._show_view()
        self._show_opened()
        self.query_one(LossPlot).focus()

    def _show_view(self) -> None:
        self.query_one(JobView).display = self._job is not None
        self.query_one("#train-empty").display = self._job is None

    def _show_opened(self) -> None:
        if (watch := self._watch) is not None:
            self.query_one(JobView).open_job(watch, [self._watches[job.path] for job in self._compared])
            self._look()

    @property
    def _watch(self) -> JobWatch | None:
        return self._watches.get(self._job.path) if self._job else None

    # -- looking

    def _look(self) -> None:
        """Read what is new of every job on the plot, and paint what differs."""
        watch = self._watch
        if watch is None or not self.is_current:
            return
        try:
            for one in self._watches.values():
                one.poll()
        except WorkbenchError as error:  # the folder was removed or damaged under our eyes
            self._job = None
            self._show_view()
            self.workbench.show_error(error)
            return
        ladder = self._ladders[watch.job.path].sentence(watch.state)
        self.query_one(JobView).tell(self._position, ladder)
        if not all(one.caught_up for one in self._watches.values()):
            self.set_timer(_CATCH_UP_SECONDS, self._look)

    @on(LossPlot.DetailWanted)
    def _fetch_detail(self, event: LossPlot.DetailWanted) -> None:
        self._read_detail(event)

    @work(thread=True, group="train-detail", exclusive=True, exit_on_error=False)
    def _read_detail(self, event: LossPlot.DetailWanted) -> None:
        """Read the steps of a small window again, exactly."""
        window = event.window
        runs = list(self._watches.values())
        details = {one.job.id: one.curve.zoomed(window.first, window.last) for one in runs}
        self.app.call_from_thread(self._take_detail, event, details)

    def _take_detail(self, event: LossPlot.DetailWanted, details: dict[str, Any]) -> None:
        plot = self.query_one(LossPlot)
        for run in plot.runs:
            if run.name in details:
                run.detail = (event.window, details[run.name])
        plot.redraw()

    # -- what the keys do

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def action_jobs(self) -> None:
        from workbench.ui.screens.job_picker import JobPicker

        chosen = await self.app.push_screen_wait(JobPicker(self.workbench.project, self._job, self._compared))
        if chosen is not None:
            self._open(chosen.job, chosen.compared)

    def action_new(self) -> None:
        self._set_up(None)

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def _set_up(self, config: str | None) -> None:
        from workbench.ui.screens.train_setup import TrainSetup

        job = await self.app.push_screen_wait(TrainSetup(self.workbench.project, config))
        if job is not None:
            self._open(job, ())

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def action_stop(self) -> None:
        """Ask which rung of the ladder to take; the job is named."""
        watch = self._watch
        if watch is None or watch.state not in {JobState.RUNNING, JobState.STOPPING}:
            self.notify(_("Nothing to stop: this job is not running."))
            return
        rung = await self.app.push_screen_wait(_stop_dialog(watch))
        ladder = self._ladders[watch.job.path]
        if rung == _SAVE:
            try:
                ladder.save_and_stop()
            except WorkbenchError as error:
                self.workbench.show_error(error)
            self._look()
        elif rung == _NOW:
            self._stop_now(ladder)

    @work(thread=True, group="train-stop", exit_on_error=False)
    def _stop_now(self, ladder: StopLadder) -> None:
        ladder.stop_now()
        self.app.call_from_thread(self._look)

    @work(thread=True, group="train-start", exclusive=True, exit_on_error=False)
    def action_resume(self) -> None:
        from workbench.actions.train import start_training
        from workbench.configs.files import load_config

        watch = self._watch
        if watch is None or not watch.is_training:
            return
        if not watch.state.is_over or watch.state is JobState.FINISHED:
            said = _("Nothing to resume: this job is {state}.").format(state=_(watch.state.word))
            self.app.call_from_thread(self.notify, said)
            return
        record = watch.record
        job = start_training(
            load_config(watch.job.config_path), record.name, project=Path(record.project), resume=str(watch.job.path)
        )
        self.app.call_from_thread(self._reopen, job)

    def _reopen(self, job: JobFolder) -> None:
        """A resumed job has other processes than before."""
        self._watches.pop(job.path, None)
        self._ladders[job.path] = StopLadder(job)
        self._open(job, self._compared)

    def action_checkpoints(self) -> None:
        if self._job is not None:
            self.workbench.go("checkpoints", job=self._job)

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


def _stop_dialog(watch: JobWatch) -> ChoiceDialog:
    """The rungs that are left to take."""
    save = Choice(_SAVE, _("1  Stop and save: write a checkpoint at the end of this step, then end"))
    now = Choice(_NOW, _("2  Stop now: end its processes; work since the last checkpoint is lost"))
    text = _("First it is asked to save and end. Ending it at once is for when it does not answer.")
    is_asked = watch.state is JobState.STOPPING
    if is_asked:
        text = _("It was asked to save and end, and does so at the end of its step.")
    return ChoiceDialog(_("Stop {job}?").format(job=watch.job.id), text, [now] if is_asked else [save, now])
