"""Starting the training that was set up: the model is fetched first, and taken devices are waited for if the user wants to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import work

from workbench.errors import WorkbenchError
from workbench.hub.local import is_here
from workbench.jobs.folder import JobFolder
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.train_plan import TrainPlan


class StartsTraining(TranslatedModal[JobFolder | None]):
    """A dialog that gives the started job."""

    def __init__(self, project: Path) -> None:
        super().__init__()
        self._project = project
        self._is_starting = False
        self._fits = False
        """Whether the largest batch that fits is looked for first."""

    def _show_problems(self, problems: list[WorkbenchError]) -> None:
        """Say why nothing was started."""
        raise NotImplementedError

    def _start_with_model(self, plan: TrainPlan) -> None:
        """Start it, once the model is on this machine."""
        model = plan.config.pretrained_model_name_or_path
        if is_here(model):
            self._start_in_turn(plan)
            return
        from workbench.ui.screens.model_download import ModelDownload

        def go_on(fetched: str | None) -> None:
            if fetched is None:
                self._is_starting = False
                return
            config = plan.config.model_copy(update={"pretrained_model_name_or_path": fetched})
            self._start_in_turn(replace(plan, config=config))

        self.app.push_screen(ModelDownload(self._project, model), go_on)

    @work(group="train-turn", exclusive=True, exit_on_error=False)
    async def _start_in_turn(self, plan: TrainPlan) -> None:
        """Start it, or let it wait for its devices if somebody has them; the user says which."""
        from workbench.ui.screens.turn_dialog import WAIT, ask_for_turn

        try:
            chosen = await ask_for_turn(self.app, plan.config)
        except WorkbenchError as error:
            self._is_starting = False
            self._show_problems([error])
            return
        if chosen is None:
            self._is_starting = False
            return
        self._start(plan, waits=chosen == WAIT)

    @work(thread=True, group="train-start", exclusive=True, exit_on_error=False)
    def _start(self, plan: TrainPlan, *, waits: bool) -> None:
        from workbench.actions.fit import FitWish
        from workbench.actions.train import start_training

        fit = FitWish() if self._fits else None
        try:
            job = start_training(plan.config, plan.name, project=self._project, waits=waits, fit=fit)
        except WorkbenchError as error:
            self.app.call_from_thread(self._show_problems, [error])
        else:
            self.app.call_from_thread(self.dismiss, job)
        finally:
            self._is_starting = False
