"""What a training that sees begins from: the result of its first stage, found when it starts."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.paths import resolve_model
from workbench.training.checkpoint_folders import last_complete
from workbench.weights.seeing import is_seeing_folder


def with_first_stage(config: TrainConfig, project: Path) -> TrainConfig:
    """The config with the folder that ``pretrained_pth`` means now, as an absolute path.

    Raises:
        WorkbenchError: there is no such folder, or nothing in it that a training could begin from.
    """
    if not config.sees or not config.pretrained_pth:
        return config
    folder = first_stage_folder(project / resolve_model(config.pretrained_pth))
    return config.model_copy(update={"pretrained_pth": str(folder.resolve())})


def first_stage_folder(place: Path) -> Path:
    """The LLaVA folder that a path means: itself, or the newest complete checkpoint of a run, or of the runs in it.

    Raises:
        WorkbenchError: there is none.
    """
    if is_seeing_folder(place):
        return place
    newest = _newest_in(place)
    if newest is not None:
        return newest
    if place.suffix == ".pth" and place.exists():
        raise WorkbenchError(
            _("This is a checkpoint of XTuner, which a training does not read itself."),
            where=str(place),
            fix=_(
                "Convert it: workbench convert pth_to_hf CONFIG FILE FOLDER, then name the folder as pretrained_pth."
            ),
        )
    raise WorkbenchError(
        _("The result of the first stage is not there.") if not place.exists() else _("It holds no LLaVA checkpoint."),
        where=f"pretrained_pth: {place}",
        fix=_way_on(place),
    )


def _newest_in(place: Path) -> Path | None:
    """The newest complete checkpoint of a run, or of the runs in a folder, that is a LLaVA folder."""
    runs = [place] if (place / RECORD_FILE).is_file() else sorted(_runs_in(place), reverse=True)
    checkpoints = (last_complete(JobFolder(run).checkpoints_path)[0] for run in runs)
    return next((found for found in checkpoints if found is not None and is_seeing_folder(found)), None)


def _way_on(place: Path) -> str:
    """What to do where there is no first stage: name one that is there, if there is any beside."""
    beside = sorted(place.parent.iterdir()) if place.parent.is_dir() else []
    there = [str(folder) for folder in beside if folder.is_dir() and _newest_in(folder) is not None]
    if there:
        return _("Set pretrained_pth to one that is there: {names}").format(names=", ".join(there))
    return _("Train the first stage before (a config that ends in _pretrain), or name the folder of its result.")


def _runs_in(place: Path) -> list[Path]:
    return [record.parent for record in place.glob(f"*/{RECORD_FILE}")]
