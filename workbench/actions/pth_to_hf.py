"""Start converting a checkpoint of XTuner."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.python import module_command
from workbench.checkpoints.pth.request import PthRequest
from workbench.configs.xtuner.read import read_xtuner_config
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.paths import resolve_model


def start_pth_to_hf(request: PthRequest, *, project: Path) -> JobFolder:
    """Convert a ``.pth`` file or DeepSpeed folder in a job of its own.

    Raises:
        WorkbenchError: there is no such checkpoint, or the config cannot be read.
    """
    checkpoint = request.pth.expanduser().absolute()
    if not checkpoint.exists():
        raise WorkbenchError(
            _("There is no such file or folder."),
            where=str(request.pth),
            fix=_("Name a .pth file or a DeepSpeed folder."),
        )
    if request.config is not None:
        read_xtuner_config(request.config, request.cfg_options)
    places = {
        "pth": checkpoint,
        "target": request.target.expanduser().absolute(),
        **{name: _absolute(getattr(request, name)) for name in ("config", "base", "visual_encoder")},
    }
    return start_job(
        "convert",
        f"convert-{checkpoint.stem}",
        module_command("workbench.checkpoints.pth_to_hf_job", "{job}"),
        project=project,
        arguments=request.model_copy(update=places).model_dump(mode="json"),
    )


def _absolute(name: str | None) -> str | None:
    """A path that holds wherever the job runs; a name of the catalogue or of the hub stays as it is."""
    if name is None:
        return None
    path = Path(resolve_model(name))
    return str(path.absolute()) if path.exists() else name
