"""Start converting a checkpoint."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.python import module_command
from workbench.actions.recommended import recommendation_among
from workbench.actions.seeing_bases import bases_of
from workbench.actions.targets import free_name, job_name
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.checkpoints import list_checkpoints
from workbench.jobs.find import find_job
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.jobs.launch import start_job
from workbench.weights.seeing import is_seeing_folder

IN_PARTS = "xtuner"
"""The layout of a LLaVA model in which each part has a folder of its own."""


def start_convert(
    reference: str,
    target: Path | None = None,
    *,
    project: Path,
    overwrite: bool = False,
    save_format: str = IN_PARTS,
    base: str | None = None,
    visual_encoder: str | None = None,
) -> JobFolder:
    """Convert a checkpoint folder, or a job's recommended checkpoint, in a job of its own.

    Args:
        reference: a checkpoint folder, or a training job (id, beginning of it, folder, ``last``).
        target: the folder to write; a free name in the training job's ``results`` if it is None.
        save_format: layout of a LLaVA model: ``xtuner`` in parts, ``huggingface`` or ``official`` as one model.
        base: for one model, the language model instead of the noted one; ``visual_encoder``: the vision tower.

    Raises:
        WorkbenchError: there is no such checkpoint or job, the layout is none of its kind, or the target would be
            overwritten.
    """
    checkpoint = checkpoint_of(reference, project)
    bases = {} if save_format == IN_PARTS else _bases_for_one(checkpoint, base, visual_encoder)
    default = checkpoint.parent.parent / "results" / checkpoint.name
    folder = (target or free_name(default)).resolve()
    places = {"checkpoint": str(checkpoint), "target": str(folder)}
    return start_job(
        "convert",
        job_name("convert", checkpoint),
        module_command("workbench.checkpoints.convert_job", "{job}"),
        project=project,
        arguments={**places, "overwrite": overwrite, "save_format": save_format, **bases},
    )


def _bases_for_one(checkpoint: Path, base: str | None, visual_encoder: str | None) -> dict[str, str]:
    if not is_seeing_folder(checkpoint):
        raise WorkbenchError(
            _("This layout is for LLaVA models, but the checkpoint holds no projector."),
            where=str(checkpoint),
            fix=_("Leave --save-format out."),
        )
    return bases_of(checkpoint, base, visual_encoder)


def checkpoint_of(reference: str, project: Path) -> Path:
    """The checkpoint folder that a reference means.

    Raises:
        WorkbenchError: there is none.
    """
    folder = Path(reference).expanduser()
    if folder.is_dir() and not (folder / RECORD_FILE).is_file():
        return folder.resolve()
    job = find_job(project, reference, kind="train")
    infos = list_checkpoints(job)
    there = [info for info in infos if info.exists and info.path]
    if not there:
        raise WorkbenchError(
            _("The job {job} has no checkpoint.").format(job=job.id),
            where=str(job.checkpoints_path),
            fix=_("Look at 'workbench attach {job}' for what happened.").format(job=job.id),
        )
    best = recommendation_among(infos)
    chosen = next((info for info in there if best and info.name == best.checkpoint), there[-1])
    assert chosen.path is not None
    return chosen.path.resolve()
