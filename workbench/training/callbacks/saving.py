"""When checkpoints are saved, and how a run ends early on the user's request."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from workbench.jobs.events import Checkpoint
from workbench.jobs.session import own_folder
from workbench.jobs.stop import stop_requested
from workbench.training.checkpoint_folders import checkpoint_name
from workbench.training.ranks import sum_over_ranks
from workbench.training.session import Session


class SaveCadence(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """Saves every ``save_steps`` iterations and at the end, and says so when it is done."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        is_last = state.global_step >= self._session.counting.total_steps
        if is_last or self._session.is_due(self._session.config.save_steps, state.global_step):
            save_now(control)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        step = state.global_step
        path = f"{self._session.job.checkpoints_path.name}/{checkpoint_name(step)}"
        self._session.say(Checkpoint(iter=self._session.counting.iter_at(step), step=step, path=path))


class StopOnRequest(TrainerCallback):  # type: ignore[misc]
    """Looks for the control file at the end of each optimiser step; then saves and ends the training.

    All ranks must take the same decision at the same step, so each looks, also at the folder of its own machine, and
    the others hear of it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        asked = stop_requested(self._session.job.path) or stop_requested(own_folder(self._session.job.path))
        (seen,) = sum_over_ranks([float(asked)])
        if seen and state.global_step < self._session.counting.total_steps:
            self._session.stopped = True
            save_now(control)
            control.should_training_stop = True


def save_now(control: Any) -> None:
    """Save after this step. Its loss is logged first: the mean over ``logging_interval`` steps begins anew with a run."""
    control.should_save = True
    control.should_log = True
