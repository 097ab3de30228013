"""Weights as people name them: a folder, a training job for its recommended checkpoint, or a name on the hub."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.convert import checkpoint_of
from workbench.actions.merge import base_of
from workbench.errors import WorkbenchError
from workbench.hub.local import snapshot_of
from workbench.i18n import _
from workbench.jobs.find import LAST, find_job
from workbench.jobs.folder import RECORD_FILE
from workbench.paths import resolve_model


def weights_named(reference: str, project: Path) -> str:
    """The folder of a job's recommended checkpoint; what names no job stays as it is.

    Raises:
        WorkbenchError: the job has no checkpoint, or there is neither a folder nor a job, and it is no hub's name.
    """
    folder = Path(resolve_model(reference)).expanduser()
    if folder.exists() and not (folder / RECORD_FILE).is_file():
        return reference
    if snapshot_of(reference) is not None:
        return reference
    try:
        job = find_job(project, reference, kind="train")
    except WorkbenchError as error:
        if reference == LAST:
            raise
        if reference.count("/") == 1 and not reference.startswith((".", "/", "~")):
            return reference
        raise WorkbenchError(
            _("There is no such folder, and no training job of that name."),
            where=reference,
            fix=_("'workbench jobs' lists the jobs; a Hugging Face name looks like owner/model."),
        ) from error
    return str(checkpoint_of(str(job.path), project))


def model_named(model: str, adapter: str | None, project: Path) -> tuple[str, str | None]:
    """The model and the adapter on it: each as `weights_named`, and an adapter in the model's place with its base.

    Raises:
        WorkbenchError: as `weights_named`, or nothing says what the base of the adapter is.
    """
    named = weights_named(model, project)
    if adapter is not None:
        return named, weights_named(adapter, project)
    folder = Path(resolve_model(named)).expanduser()
    if (folder / "adapter_config.json").is_file():
        return base_of(folder, None, folder), str(folder)
    return named, None
