"""Ends a training whose loss is no number or explodes, or takes it back to where all was well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from transformers import TrainerCallback

from workbench.configs.preference_settings import PAIR_STAGES
from workbench.data.training_set import TrainingRows
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import Warned
from workbench.training.checkpoint_folders import checkpoint_folders, step_of, what_is_missing
from workbench.training.ranks import barrier, gather_lists, sum_over_ranks, world_size
from workbench.training.rollback import GOES_BACK, Rollback, read_rollback, write_rollback
from workbench.training.session import Session

_MEANT = 5
"""Steps whose mean loss is compared with that of the first so many."""
_FIRST_BY_LENGTH = 50
"""Rows of one length are often of one kind, and the first batches of what the model knows by heart: with
``group_by_length`` the worst of so many steps at first is what the others are compared with."""
_TIMES = 3.0
_TIMES_BEFORE_NO_NUMBER = 2.0
"""The loss of the step before counts alone then, and what follows has shown that it was on its way."""
_SMALLEST = 1.0
_LR_FACTOR = 0.5
_SHOWN = 12


class BadLoss(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """Looks at the loss of every optimiser step before the weights change, and at the gradient before a save.

    A loss has exploded when its mean over 5 steps is 3 times that of the first 5 steps of the run (the worst 5 of the first
    50, if rows of one length come together), and at least 3. The
    learning rate is halved then, also where it ends in no number. After a loss that is no number out of nothing the rows
    of that step are left out, for with them it would come again. A run goes back once: then it ends. No weights of a bad
    step are ever saved.

    Args:
        rows: those that are trained.
    """

    def __init__(self, session: Session, trainer: Any, rows: TrainingRows) -> None:
        self._session = session
        self._rows = rows
        self._trainer = trainer
        self._count_first = _FIRST_BY_LENGTH if session.config.group_by_length else _MEANT
        self._first: list[float] = []
        self._last: list[float] = []
        self._before = 0.0
        self._has_warned = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        rollback = read_rollback(self._session.job.path)
        if rollback is None or state.global_step > rollback.to_step:
            return  # a later checkpoint has the lower rate in it
        schedule, optimizer = kwargs["lr_scheduler"], kwargs["optimizer"]
        schedule.base_lrs = [lr * rollback.lr_factor for lr in schedule.base_lrs]
        for group in optimizer.param_groups:
            group["lr"] *= rollback.lr_factor
        schedule._last_lr = [group["lr"] for group in optimizer.param_groups]

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._before = float(self._trainer._tr_loss)

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        (total,) = sum_over_ranks([float(self._trainer._tr_loss) - self._before])
        loss = total / world_size()
        if not math.isfinite(loss):
            what = _("The loss is no number any more at iteration {iter} (step {step}).")
            self._act(what, state.global_step + 1, is_explosion=self._was_wild)
        elif self._explodes(loss):
            what = _("The loss has exploded at iteration {iter} (step {step}): {now:.3g}, and {first:.3g} at first.")
            self._act(what, state.global_step + 1, is_explosion=True)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **kwargs: Any) -> None:
        """Every save is logged before; in fp16 a gradient too large is nothing unusual, and its step is not taken."""
        if not args.fp16 and not math.isfinite(logs.get("grad_norm") or 0.0):
            what = _("The gradient is no number any more at iteration {iter} (step {step}).")
            self._act(what, state.global_step, is_explosion=self._was_wild)

    @property
    def _was_wild(self) -> bool:
        """Whether the loss had grown far beyond that of the first step: then its rows are not to blame."""
        newest = [*self._first, *self._last][-1:]
        return bool(newest) and newest[0] > _TIMES_BEFORE_NO_NUMBER * max(self._first[0], _SMALLEST)

    def _explodes(self, loss: float) -> bool:
        if len(self._first) < self._count_first:
            self._first.append(loss)
            return False
        self._last = [*self._last[1 - _MEANT :], loss]
        return len(self._last) == _MEANT and fmean(self._last) > _TIMES * max(self._at_first, _SMALLEST)

    @property
    def _at_first(self) -> float:
        """The largest mean of `_MEANT` steps at the beginning; no number before there were so many."""
        starts = range(len(self._first) - _MEANT + 1)
        return max((fmean(self._first[start : start + _MEANT]) for start in starts), default=math.nan)

    def _act(self, what: str, step: int, *, is_explosion: bool) -> None:
        now = fmean(self._last) if self._last else math.nan
        what = what.format(iter=self._session.counting.iter_at(step), step=step, now=now, first=self._at_first)
        if self._session.config.on_bad_loss == "warn":
            self._warn(what)
            return
        rows = self._rows_of(step)
        good = self._good_checkpoint(step - 1 - (_MEANT if is_explosion else 0))
        if self._session.config.on_bad_loss == "rollback" and read_rollback(self._session.job.path) is None:
            self._go_back(what, step, rows, good, is_explosion=is_explosion)
        raise self._end(what, rows, good)

    def _warn(self, what: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            self._session.say(Warned(message=what, fix=_("Stop it, and start again with a smaller lr.")))

    def _go_back(self, what: str, step: int, rows: Sequence[int], good: Path | None, *, is_explosion: bool) -> None:
        """Note from where to go on, and leave; the guard starts the rank again."""
        can_do_without = self._session.config.stage not in PAIR_STAGES and len(rows) < len(self._trainer.train_dataset)
        leaves_out = not is_explosion and can_do_without
        note = Rollback(
            step=step,
            to_step=(step_of(good) or 0) if good else 0,
            checkpoint=str(good) if good else "",
            rows=tuple(rows) if leaves_out else (),
            lr_factor=1.0 if leaves_out else _LR_FACTOR,
        )
        where = good.name if good else _("the beginning")
        if leaves_out:
            fix = _("Going back to {checkpoint}; the {count} rows of that step are left out from there on.")
        else:
            fix = _("Going back to {checkpoint}; the learning rate is halved from there on.")
        barrier()  # nobody notes it before all have seen that nothing is noted yet
        if self._session.folders.keeps_folder:
            write_rollback(self._session.job.path, note)
        self._session.say(Warned(message=what, where=_shown(rows), fix=fix.format(checkpoint=where, count=len(rows))))
        barrier()
        raise SystemExit(GOES_BACK)

    def _end(self, what: str, rows: Sequence[int], good: Path | None) -> WorkbenchError:
        rollback = read_rollback(self._session.job.path)
        lr = self._session.config.lr * (rollback.lr_factor if rollback else 1.0)
        if self._session.config.on_bad_loss == "rollback":
            fix = _("Look at these rows, and start again with a smaller lr (it was {lr:g}).")
        else:
            fix = _(
                "Look at these rows, and start again with a smaller lr (it was {lr:g}) or with on_bad_loss: rollback."
            )
        kept = _("The last good checkpoint is {checkpoint}.").format(checkpoint=good) if good else ""
        return WorkbenchError(what, where=_shown(rows), fix=f"{fix.format(lr=lr)} {kept}".strip())

    def _good_checkpoint(self, up_to_step: int) -> Path | None:
        folders = checkpoint_folders(self._session.job.checkpoints_path)
        known = [folder for folder in folders if (step_of(folder) or 0) <= up_to_step]
        return next((folder for folder in reversed(known) if what_is_missing(folder) is None), None)

    def _rows_of(self, step: int) -> list[int]:
        """The numbers of the training rows of an optimiser step, of all ranks: drawn once more, as they were."""
        counting, loader = self._session.counting, self._trainer.callback_handler.train_dataloader
        epoch, place = divmod(step - 1, counting.steps_per_epoch)
        if hasattr(loader, "set_epoch"):
            loader.set_epoch(epoch)
        size = self._trainer.args.gradient_accumulation_steps
        batches = islice(loader.batch_sampler, place * size, (place + 1) * size)
        return sorted(
            {
                self._rows.standing_at(number)
                for some in gather_lists([list(batch) for batch in batches])
                for batch in some
                for number in batch
            }
        )


def _shown(rows: Sequence[int]) -> str:
    """Numbers of rows, counted from 1; not all of many."""
    named = ", ".join(str(number + 1) for number in rows[:_SHOWN])
    return _("training rows {rows}{more}").format(rows=named, more=" …" if len(rows) > _SHOWN else "")
