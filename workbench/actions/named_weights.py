"""Weights as people name them: a folder, a training job for its recommended checkpoint, another job for what it made,
or a name on the hub."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.convert import checkpoint_of
from workbench.actions.merge import base_of
from workbench.chat.endpoints import ENDPOINT
from workbench.errors import WorkbenchError
from workbench.hub.local import snapshot_of
from workbench.i18n import _
from workbench.jobs.find import LAST, find_job
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.jobs.results import results_of
from workbench.paths import by_sample_name, resolve_model

_TRAINING = "train"
_AND = "+"
"""Stands between a model and an adapter on it."""
_WEIGHTS = ("merged", "llava", "adapter", "model")
"""What jobs call the folders that they make, the most finished first."""


def weights_named(reference: str, project: Path) -> str:
    """The folder of a job's recommended checkpoint, or of what it made; what names no job stays as it is.

    Raises:
        WorkbenchError: the job has no checkpoint and made no weights, or there is neither a folder nor a job, and it is
            no hub's name.
    """
    if reference.startswith((ENDPOINT, "http://", "https://")):
        raise WorkbenchError(
            _("A chat service has no weights here."),
            where=reference,
            fix=_(
                "'workbench chat endpoint:NAME' and 'workbench compare' ask services; f9 in the Chat area names one."
            ),
        )
    folder = Path(resolve_model(reference)).expanduser()
    if not reference.strip() or folder.is_file():
        raise WorkbenchError(
            _("This is no model's folder."),
            where=reference,
            fix=_("Name a folder with weights, a training job, or a hub's model: owner/model."),
        )
    if folder.exists() and not (folder / RECORD_FILE).is_file():
        return reference
    if snapshot_of(reference) is not None:
        return reference
    try:
        job = _job_named(reference, project)
    except WorkbenchError as error:
        if reference == LAST:
            raise
        if reference.count("/") == 1 and not reference.startswith((".", "/", "~")):
            return reference
        raise WorkbenchError(
            _("There is no such folder, and no job of that name."),
            where=reference,
            fix=_("'workbench jobs' lists the jobs; a Hugging Face name looks like owner/model."),
        ) from error
    return str(checkpoint_of(str(job.path), project)) if job.record.kind == _TRAINING else _made_by(job)


def _job_named(reference: str, project: Path) -> JobFolder:
    """A training before any other job.

    Raises:
        WorkbenchError: no job, or several, are called so.
    """
    try:
        return find_job(project, reference, kind=_TRAINING)
    except WorkbenchError:
        if reference == LAST:
            raise
        return find_job(project, reference)


def _made_by(job: JobFolder) -> str:
    """
    Raises:
        WorkbenchError: the job made no weights, or has not done so yet.
    """
    results = results_of(job)
    made = next((str(results[kind]) for kind in _WEIGHTS if kind in results), None)
    if made is None:
        raise WorkbenchError(
            _("This job has made no weights."),
            where=job.id,
            fix=_("Name a training, a conversion or a merge that has finished, or a folder."),
        )
    return made


def parted(name: str) -> tuple[str, str | None]:
    """Model and adapter of ``MODEL+ADAPTER``; a folder may have the sign in its name."""
    if _AND not in name or Path(resolve_model(name)).exists():
        return name, None
    model, _and, added = name.partition(_AND)
    return model, added


def model_named(model: str, adapter: str | None, project: Path) -> tuple[str, str | None]:
    """The model and the adapter on it: each as `weights_named`, and an adapter in the model's place with its base.

    ``MODEL+ADAPTER`` in the model's place is both.

    Raises:
        WorkbenchError: as `weights_named`, or nothing says what the base of the adapter is, or there are two adapters.
    """
    if adapter is None:
        model, adapter = parted(model)
    elif parted(model)[1] is not None:
        raise WorkbenchError(_("The adapter is named twice."), where=model, fix=_("Leave one of the two out."))
    named = weights_named(model, project)
    if adapter is not None:
        return named, weights_named(adapter, project)
    folder = Path(resolve_model(named)).expanduser()
    if (folder / "adapter_config.json").is_file():
        return by_sample_name(base_of(folder, None, folder)), str(folder)
    return named, None
