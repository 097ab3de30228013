"""Start splitting a model into one file for each tensor."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.python import module_command
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job


def start_split(source: Path, target: Path, *, project: Path, overwrite: bool = False) -> JobFolder:
    """Split in a job of its own.

    Raises:
        WorkbenchError: there is no such model folder.
    """
    folder = source.expanduser().resolve()
    if not folder.is_dir():
        raise WorkbenchError(_("The model folder does not exist."), where=str(source))
    return start_job(
        "convert",
        f"split-{folder.name}",
        module_command("workbench.checkpoints.split_job", "{job}"),
        project=project,
        arguments={"source": str(folder), "target": str(target.expanduser().resolve()), "overwrite": overwrite},
    )
