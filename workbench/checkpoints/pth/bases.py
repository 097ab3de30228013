"""The models on this machine that a checkpoint was trained on; nothing is fetched."""

from __future__ import annotations

from pathlib import Path

from workbench.checkpoints.model_files import ModelFiles, open_folder
from workbench.errors import WorkbenchError
from workbench.hub.local import snapshot_of
from workbench.i18n import _
from workbench.paths import resolve_model


def find_base(name: str | None) -> ModelFiles | None:
    """The files of a folder, or of a Hugging Face name that is in the cache; None if it is not on this machine.

    Raises:
        WorkbenchError: the folder is there, but its weights are missing, damaged or incomplete.
    """
    if not name:
        return None
    folder = Path(resolve_model(name))
    found = folder if folder.is_dir() else snapshot_of(name)
    return open_folder(found) if found else None


def require_base(name: str | None, option: str) -> ModelFiles:
    """The same, where there is no result without it.

    Raises:
        WorkbenchError: it is not on this machine.
    """
    if not name:
        raise WorkbenchError(
            _("Nothing says on which model the checkpoint was trained."),
            where=option,
            fix=_("Name its folder: {option} FOLDER.").format(option=option),
        )
    found = find_base(name)
    if found is None:
        raise WorkbenchError(
            _("The model that the checkpoint was trained on is not on this machine: {name}.").format(name=name),
            where=option,
            fix=_("Fetch it with 'workbench download', or name its folder: {option} FOLDER.").format(option=option),
        )
    return found
