"""The validation curve of a training, and what follows from it: a warning of over-fitting, and an early end."""

from __future__ import annotations

import math
from typing import Any

from transformers import TrainerCallback

from workbench.i18n import _
from workbench.jobs.events import Validation, Warned
from workbench.jobs.overfitting import RISES, evaluations_without_fall, lowest, overfits_since
from workbench.training.callbacks.saving import save_now
from workbench.training.ranks import rank, sum_over_ranks
from workbench.training.session import Session
from workbench.training.trainer import WorkbenchTrainer
from workbench.training.validation import validation_loss


class ValidationLoss(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """Measures it before training, every ``evaluation_freq`` iterations, at every save and at the end.

    A run that goes on knows the losses of its earlier part, so that patience and warnings go on too.
    """

    def __init__(self, session: Session, trainer: WorkbenchTrainer) -> None:
        self._session = session
        self._trainer = trainer
        self._known = session.validations
        self._train_losses: list[float] = []
        self._overfits = overfits_since(self._known) is not None
        self._counted_from = 0
        patience = session.config.early_stopping_patience
        if patience and evaluations_without_fall(self._known) >= patience:
            self._counted_from = len(self._known)  # it was stopped for that, and is wanted to go on all the same

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if all(known.iter != self._session.first_iter for known in self._known):
            self._measure(state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if control.should_evaluate:  # the loss of the steps so far is told first
            control.should_log = True

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **kwargs: Any) -> None:
        if "loss" in logs:
            self._train_losses.append(logs["loss"])

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._measure(state.global_step)
        self._warn_of_overfitting()
        if self._is_patience_over() and state.global_step < self._session.counting.total_steps:
            self._session.stopped_early = self._why_stopped()
            save_now(control)
            control.should_training_stop = True

    def _measure(self, step: int) -> None:
        found = validation_loss(self._trainer)
        losses = self._train_losses
        event = Validation(
            iter=self._session.counting.iter_at(step),
            step=step,
            loss=found.loss,
            tokens=found.over,
            train_loss=math.fsum(losses) / len(losses) if losses else None,
            figures=self._trainer.validation_figures.take() or None,
        )
        self._train_losses = []
        self._known.append(event)
        self._session.say(event)

    def _is_patience_over(self) -> bool:
        """Rank 0 decides for all."""
        patience = self._session.config.early_stopping_patience
        if not patience:
            return False
        waited = evaluations_without_fall(self._known[self._counted_from :])
        (is_over,) = sum_over_ranks([float(rank() == 0 and waited >= patience)])
        return bool(is_over)

    def _why_stopped(self) -> str:
        best = lowest(self._known[self._counted_from :])
        if best is None:
            return _("Stopped early: the validation loss is no number.")
        text = _(
            "Stopped early: the validation loss has not fallen for {count} evaluations since iteration {iter} ({loss})."
        )
        return text.format(count=self._session.config.early_stopping_patience, iter=best.iter, loss=f"{best.loss:.4f}")

    def _warn_of_overfitting(self) -> None:
        """Once each time that it begins."""
        best = overfits_since(self._known)
        if best is not None and not self._overfits:
            message = _(
                "The validation loss has risen {count} times in a row while the training loss fell: the model learns "
                "its rows by heart. It was lowest at iteration {iter}: {loss}."
            )
            fix = _(
                "Take the checkpoint nearest to there; next time train fewer epochs, on more data or with a smaller lr, "
                "or let early_stopping_patience end it."
            )
            self._session.say(
                Warned(message=message.format(count=RISES, iter=best.iter, loss=f"{best.loss:.4f}"), fix=fix)
            )
        self._overfits = best is not None
