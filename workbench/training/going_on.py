"""Where a run goes on, and what of the earlier run is done again: for the person who started it once more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.i18n import _
from workbench.jobs.events import Step
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import last_event
from workbench.text import printable
from workbench.training.checkpoint_folders import checkpoint_folders, step_of
from workbench.training.saving import UNFINISHED


@dataclass(frozen=True)
class EarlierRun:
    """What an earlier run of a job has left.

    Args:
        reached: its last optimiser step, as far as it could tell.
        not_whole: the names of checkpoints that it did not save to the end, or that were damaged since.
    """

    reached: int = 0
    not_whole: tuple[str, ...] = ()


def earlier_run(job: JobFolder) -> EarlierRun:
    """What there is before the part of a checkpoint that was never finished is removed."""
    unfinished = checkpoint_folders(job.checkpoints_path / UNFINISHED)
    last = last_event(job.events_path, (Step,))
    steps = [last.step] if isinstance(last, Step) else []
    reached = max([*steps, *(step_of(folder) or 0 for folder in unfinished)], default=0)
    return EarlierRun(reached, tuple(folder.name for folder in unfinished))


def goes_on_from(checkpoint: Path, job: JobFolder, earlier: EarlierRun, *, total_steps: int) -> str:
    """The checkpoint and its optimiser step, which steps are done again, and why it is not a later one."""
    step = step_of(checkpoint) or 0
    shown = checkpoint.name if checkpoint.parent == job.checkpoints_path else str(checkpoint)
    said = [
        _("Goes on from {checkpoint}, optimiser step {step} of {total}.").format(
            checkpoint=printable(shown), step=step, total=total_steps
        )
    ]
    if earlier.reached > step:
        steps = str(earlier.reached) if earlier.reached == step + 1 else f"{step + 1}–{earlier.reached}"
        said.append(_("Optimiser steps that are done again: {steps}.").format(steps=steps))
    if earlier.not_whole:
        said.append(_("Not whole: {names}.").format(names=", ".join(earlier.not_whole)))
    return " ".join(said)
