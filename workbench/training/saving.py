"""Checkpoints appear whole or not at all, and older ones go only when a newer one is there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from workbench.configs.provenance import read_provenance
from workbench.evaluation.recommend import recommend
from workbench.training.checkpoint_folders import checkpoint_folders, step_of, what_is_missing

UNFINISHED = ".unfinished"
"""Folder beside the checkpoints in which the next one is written; what is found there later was never finished."""
_REPLACED = ".replaced"


def discard_unfinished(checkpoints: Path) -> None:
    """Remove what an interrupted save left behind."""
    for name in (UNFINISHED, _REPLACED):
        shutil.rmtree(checkpoints / name, ignore_errors=True)


def publish(unfinished: Path, final: Path) -> None:
    """Give a completely written checkpoint its name; one of the same name from an abandoned run is replaced."""
    replaced = final.parent / _REPLACED
    if final.exists():
        final.rename(replaced)
    unfinished.rename(final)
    shutil.rmtree(replaced, ignore_errors=True)


def scores_of(checkpoints: Path, up_to_step: int) -> dict[str, dict[str, float]]:
    """Complete checkpoint's folder name → its scores, in the order of training, up to the optimiser step of the run."""
    found: dict[str, dict[str, float]] = {}
    for folder in checkpoint_folders(checkpoints):
        if (step_of(folder) or 0) <= up_to_step and what_is_missing(folder) is None:
            provenance = read_provenance(folder)
            found[folder.name] = provenance.scores if provenance else {}
    return found


def remove_surplus(checkpoints: Path, limit: int, up_to_step: int, base_scores: Mapping[str, float]) -> None:
    """Keep ``limit`` checkpoints (-1: all): the newest, and, if there is room for more than one, the best.

    Checkpoints later than ``up_to_step`` belong to an abandoned continuation, incomplete ones to an accident: both
    are left alone.
    """
    scores = scores_of(checkpoints, up_to_step)
    if limit < 0 or len(scores) <= limit:
        return
    newest_first = list(reversed(scores))
    kept = newest_first[:limit]
    best = recommend(scores, base_scores)
    if best is not None and best.checkpoint not in kept and limit > 1:
        kept[-1] = best.checkpoint
    for name in newest_first:
        if name not in kept:
            shutil.rmtree(checkpoints / name)
