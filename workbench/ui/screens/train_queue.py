"""What the Train area does with the queue and with sweeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from workbench.i18n import N_
from workbench.jobs.folder import JobFolder
from workbench.jobs.queue_changes import pause, unpause
from workbench.jobs.slurm import slurm_id
from workbench.jobs.state import JobState
from workbench.ui.job_watch import JobWatch
from workbench.ui.screens.area import AreaScreen

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

_PAUSABLE = {JobState.WAITING, JobState.PAUSED, JobState.RUNNING}


class QueueKeys(AreaScreen):
    """Keys that lead to the queue and the sweeps, and pause the training that is watched or go on with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", N_("Pause"), id="train.pause", tooltip=N_("Save and make room, or go on after that")),
        Binding("q", "queue", N_("Queue"), id="train.queue", tooltip=N_("Who has a device, and who waits for one")),
        Binding("w", "sweep", N_("Sweeps"), id="train.sweep", tooltip=N_("Trainings with several settings compared")),
    ]

    @property
    def watched(self) -> JobWatch | None:
        """What is known of the job on screen."""
        raise NotImplementedError

    def watch_job(self, job: JobFolder, *, keeps_compared: bool = False) -> None:
        """Show another job, beside those that are compared now or alone."""
        raise NotImplementedError

    @property
    def can_pause(self) -> bool:
        """Whether the job on screen can be held back, or goes on after that."""
        watch = self.watched
        if watch is None or not watch.is_training or slurm_id(watch.job.path):
            return False
        return watch.state in _PAUSABLE or self._was_killed(watch)

    @staticmethod
    def _was_killed(watch: JobWatch) -> bool:
        """Whether nobody is left to take its turn."""
        return watch.state is JobState.LOST and watch.record.waiting

    def _goes_on(self, watch: JobWatch) -> bool:
        return watch.state is JobState.PAUSED or self._was_killed(watch)

    @property
    def key_names(self) -> Mapping[str, str]:
        return {"pause": N_("Continue")} if self.watched is not None and self._goes_on(self.watched) else {}

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def action_queue(self) -> None:
        from workbench.ui.screens.queue import QueueScreen

        if job := await self.app.push_screen_wait(QueueScreen(self.workbench.project)):
            self.watch_job(job)

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def action_sweep(self) -> None:
        from workbench.ui.screens.sweep import SweepScreen

        if job := await self.app.push_screen_wait(SweepScreen(self.workbench.project)):
            self.watch_job(job)

    @work(group="train-dialog", exclusive=True, exit_on_error=False)
    async def action_resume(self) -> None:
        """Go on with the job on screen; if somebody has its devices, the user says whether it waits."""
        from workbench.configs.files import load_config
        from workbench.ui.screens.turn_dialog import WAIT, ask_for_turn

        if (watch := self.watched) is None:
            return
        config = load_config(watch.job.config_path)
        if (chosen := await ask_for_turn(self.app, config)) is not None:
            self._resume(watch, config, waits=chosen == WAIT)

    @work(thread=True, group="train-start", exclusive=True, exit_on_error=False)
    def _resume(self, watch: JobWatch, config: TrainConfig, *, waits: bool) -> None:
        from workbench.actions.train import start_training

        record, resumed = watch.record, str(watch.job.path)
        job = start_training(config, record.name, project=Path(record.project), resume=resumed, waits=waits)
        self.app.call_from_thread(self.watch_job, job, keeps_compared=True)

    def action_pause(self) -> None:
        if (watch := self.watched) is not None:
            self._change(watch.job, unpause if self._goes_on(watch) else pause)

    @work(thread=True, group="train-pause", exclusive=True, exit_on_error=False)
    def _change(self, job: JobFolder, change: Callable[[JobFolder], None]) -> None:
        change(job)
