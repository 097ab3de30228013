"""The Train area: start a training, watch it live from its first step, stop it, resume it, compare it with others.

It keeps nothing: whatever it shows is read from the jobs' folders, so it shows the same whenever and wherever it is
opened. It looks twice a second, and not at all while another area is on screen.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual import work
from textual.binding import BindingType

from workbench.errors import WorkbenchError
from workbench.jobs.state import JobState
from workbench.ui.screens import train_keys
from workbench.ui.screens.area import SMALLEST
from workbench.ui.screens.train_watching import WatchesJob
from workbench.ui.stop_ladder import StopLadder
from workbench.ui.widgets.job_view import JobView
from workbench.ui.widgets.loss_plot import LossPlot

_ENDABLE = {JobState.WAITING, JobState.PAUSED, JobState.RUNNING, JobState.STOPPING}
_RESUMABLE = {JobState.STOPPED, JobState.FAILED, JobState.LOST}


class TrainScreen(WatchesJob):
    """What the keys do with the job that is watched."""

    AREA = "train"
    CSS_PATH = "train.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-too-narrow"),
        (SMALLEST[0], "-narrow"),
        (130, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = train_keys.BINDINGS

    def arrive(self, **context: Any) -> None:
        """Watch ``job`` (a folder or its id), or set up a training with ``config``."""
        if job := context.get("job"):
            if (found := self.job_meant(job)) is None:
                return
            self._open(found)
        if config := context.get("config"):
            self._set_up(str(config))

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
