"""Checkpoints appear whole or not at all, and older ones go only when a newer one is there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from workbench.configs.provenance import Provenance, read_provenance
from workbench.evaluation.recommend import Recommendation, recommend
from workbench.training.checkpoint_folders import checkpoint_folders, step_of, what_is_missing
from workbench.training.manifest import to_disk

UNFINISHED = ".unfinished"
"""Folder beside the checkpoints in which the next one is written; what is found there later was never finished."""
_REPLACED = ".replaced"


def discard_unfinished(checkpoints: Path) -> None:
    """Remove what an interrupted save left behind; a finished one that it was about to replace comes back."""
    for replaced in (checkpoints / _REPLACED).glob("*"):
        if not (checkpoints / replaced.name).exists():
            replaced.rename(checkpoints / replaced.name)
    for name in (UNFINISHED, _REPLACED):
        shutil.rmtree(checkpoints / name, ignore_errors=True)


def publish(unfinished: Path, final: Path) -> None:
    """Give a completely written checkpoint its name; one of the same name from an abandoned run is replaced.

    At every moment, also if the power goes, one of the two is there or comes back with `discard_unfinished`.
    """
    replaced = final.parent / _REPLACED / final.name
    if final.exists():
        replaced.parent.mkdir(exist_ok=True)
        final.rename(replaced)
    unfinished.rename(final)
    to_disk(final.parent)
    shutil.rmtree(replaced.parent, ignore_errors=True)


def notes_of(checkpoints: Path, up_to_step: int) -> dict[str, Provenance]:
    """Complete checkpoint's folder name → what is noted beside it, in the order of training, up to the run's step."""
    found: dict[str, Provenance] = {}
    for folder in checkpoint_folders(checkpoints):
        if (step_of(folder) or 0) <= up_to_step and what_is_missing(folder) is None:
            found[folder.name] = read_provenance(folder) or Provenance()
    return found


def best_of(
    notes: Mapping[str, Provenance], base_scores: Mapping[str, float], base_loss: float | None = None
) -> Recommendation | None:
    """The best of these checkpoints, by their scores, else by their validation loss; those of the base to compare with."""
    losses = {name: note.validation_loss for name, note in notes.items() if note.validation_loss is not None}
    return recommend({name: note.scores for name, note in notes.items()}, base_scores, losses, base_loss)


def remove_surplus(checkpoints: Path, limit: int, up_to_step: int, base_scores: Mapping[str, float]) -> None:
    """Keep the newest ``limit`` checkpoints (-1: all), and the best one besides.

    Checkpoints later than ``up_to_step`` belong to an abandoned continuation, incomplete ones to an accident: both
    are left alone.
    """
    notes = notes_of(checkpoints, up_to_step)
    if limit < 0 or len(notes) <= limit:
        return
    best = best_of(notes, base_scores)
    for name in list(notes)[:-limit]:
        if best is None or name != best.checkpoint:
            shutil.rmtree(checkpoints / name)
