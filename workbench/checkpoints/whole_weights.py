"""Before weights are taken as they are: whether all of them are there, and what to take instead if they are not. Light."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.training.checkpoint_folders import checkpoint_folders
from workbench.training.manifest import MANIFEST_FILE, what_is_damaged
from workbench.training.other_ranks import BEGUN_FILE
from workbench.weights.facts import Kind
from workbench.weights.look import look_at

_WEIGHTS = (".safetensors", ".bin")
_TRAINING_ONLY = {
    BEGUN_FILE,
    MANIFEST_FILE,
    "trainer_state.json",
    "training_args.bin",
    "optimizer.pt",
    "scheduler.pt",
    "latest",
    "zero_to_fp32.py",
    "zero_to_torch.py",
}


def is_training_only(name: str) -> bool:
    """Whether a file of a checkpoint serves only for going on with the training."""
    return name in _TRAINING_ONLY or name.startswith("rng_state")


def require_whole_weights(folder: Path) -> None:
    """Look at the headers of a folder's weights, and whether they are what was noted when they were saved.

    Raises:
        WorkbenchError: a file is missing, cut off or damaged; names it, and another checkpoint of the same training.
    """
    trouble = _trouble(folder)
    if trouble is None:
        return
    others = [other for other in checkpoint_folders(folder.parent) if other.name != folder.name]
    whole = next((other for other in reversed(others) if _trouble(other) is None), None)
    raise WorkbenchError(
        _("The weights cannot be used: {trouble}.").format(trouble=trouble),
        where=str(folder),
        fix=_("Take another checkpoint of this training: {folder}").format(folder=whole)
        if whole
        else _("The folder is not complete; copy it again from where it was trained."),
    )


def _is_no_weights(name: str) -> bool:
    return not name.endswith(_WEIGHTS) or is_training_only(name)


def _trouble(folder: Path) -> str | None:
    damaged = what_is_damaged(folder, but=_is_no_weights)
    if damaged is not None:
        return _("{file} is missing, cut off or damaged").format(file=damaged)
    facts = look_at(folder)
    if facts is None or facts.kind is Kind.LLAVA:  # whose parts are opened, each under its own name
        return None
    return facts.trouble
