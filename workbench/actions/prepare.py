"""Start preparing data ahead of a training."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.data_preflight import check_sources
from workbench.actions.python import module_command
from workbench.configs.files import dump_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job


def start_preparing(
    config: TrainConfig, name: str, target: Path, *, project: Path, overwrite: bool = False
) -> JobFolder:
    """Tokenise and pack the data of a config into a folder, in a job of its own.

    Raises:
        WorkbenchError: the folder exists and may not be replaced, or something that the config names is missing.
    """
    if target.exists() and any(target.iterdir()) and not overwrite:
        raise WorkbenchError(
            _("The folder exists already."), where=str(target), fix=_("Choose another one, or replace it: --force.")
        )
    check_sources(config)
    return start_job(
        "preprocess",
        f"preprocess-{name}",
        module_command("workbench.data_jobs.prepare_job", "{job}"),
        project=project,
        arguments={"target": str(target.resolve())},
        config_text=dump_config(config),
    )
