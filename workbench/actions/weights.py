"""Weights on the disk: which are meant, comparing two, deleting with a way back, and the room they take."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from workbench.actions.convert import checkpoint_of
from workbench.actions.python import module_command
from workbench.actions.recommended import recommendation_among
from workbench.errors import WorkbenchError
from workbench.hub.local import snapshot_of
from workbench.i18n import _
from workbench.jobs.checkpoints import list_checkpoints
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.jobs.launch import start_job
from workbench.jobs.state import state_of
from workbench.paths import resolve_model
from workbench.sizes import in_words
from workbench.training.checkpoint_folders import last_complete
from workbench.weights.facts import WeightsFacts
from workbench.weights.find import Looker
from workbench.weights.folder import bytes_in
from workbench.weights.look import look_at
from workbench.weights.trash import Trashed, move_to_trash


def weights_meant(reference: str, project: Path) -> WeightsFacts:
    """The weights named by a path, ``sample:…``, a name in the hub's cache, or a training job (its recommended ones).

    Raises:
        WorkbenchError: there are none.
    """
    path = Path(resolve_model(reference))
    if not path.exists():
        path = snapshot_of(reference) or checkpoint_of(reference, project)
    elif (path / RECORD_FILE).is_file():
        path = checkpoint_of(reference, project)
    facts = look_at(path.resolve())
    if facts is None:
        raise WorkbenchError(
            _("There are no weights here."), where=str(path), fix=_("'workbench checkpoints' lists what there is.")
        )
    return facts


def start_compare(first: str, second: str, *, project: Path) -> JobFolder:
    """Compare two weights in a job of its own; both are as `weights_meant` understands them.

    Raises:
        WorkbenchError: one is not there or damaged, or both are the same.
    """
    one, other = weights_meant(first, project), weights_meant(second, project)
    for facts in (one, other):
        if facts.trouble is not None:
            raise WorkbenchError(facts.trouble, where=str(facts.path))
    if one.path == other.path:
        raise WorkbenchError(_("Both are the same weights."), where=str(one.path), fix=_("Choose another one."))
    return start_job(
        "compare",
        f"compare-{one.path.name}-{other.path.name}",
        module_command("workbench.checkpoints.compare_job", "{job}"),
        project=project,
        arguments={"first": str(one.path), "second": str(other.path)},
    )


# -- what is there


def weights_of_project(project: Path, looker: Looker | None = None) -> list[WeightsFacts]:
    """Everything in a project and in the work folders of its jobs."""
    looker = looker or Looker()
    found = looker.below(project)
    for job in list_jobs(project):
        if not job.path.is_relative_to(project.resolve()):
            found += looker.below(job.path, [facts.path for facts in found])
    return found


# -- deleting


def losses_by_removal(path: Path, project: Path) -> list[str]:
    """What is lost with weights or a training's whole folder, a sentence each.

    Raises:
        WorkbenchError: they may not be deleted: there are none, others need them, or a job that is at work does.
    """
    place = path.absolute()
    _refuse_what_is_not_ours(place, project)
    lost = []
    for job in list_jobs(project, "train"):
        is_whole = job.path.resolve().is_relative_to(place.resolve())
        if not is_whole and not place.resolve().is_relative_to(job.path.resolve()):
            continue
        _refuse_at_work(job, place, is_whole=is_whole)
        if is_whole:
            lost.append(_("The training {job} goes with its curve, its log and all its results.").format(job=job.id))
        else:
            lost += _losses(job, place)
    return lost


def _refuse_what_is_not_ours(place: Path, project: Path) -> None:
    if project.resolve().is_relative_to(place.resolve()):
        raise WorkbenchError(_("The project itself lies in it."), where=str(place), fix=_("Name what is in it."))
    if not (place / RECORD_FILE).is_file() and look_at(place) is None:
        raise WorkbenchError(
            _("There are no weights here."), where=str(place), fix=_("'workbench checkpoints' lists what there is.")
        )
    if place.parent.name == "snapshots":
        raise WorkbenchError(
            _("This belongs to the hub's cache, which other programs use too."),
            where=str(place),
            fix=_("Remove it there: hf cache rm model/OWNER/NAME"),
        )


def _refuse_at_work(job: JobFolder, path: Path, *, is_whole: bool) -> None:
    if state_of(job).is_over:
        return
    newest = last_complete(job.checkpoints_path)[0]
    if is_whole or newest is None or newest.resolve() == path.resolve():
        raise WorkbenchError(
            _("The training {job} is at work and needs it.").format(job=job.id),
            where=str(path),
            fix=_("Stop the training first."),
        )


def _losses(job: JobFolder, path: Path) -> list[str]:
    infos = list_checkpoints(job)
    best = recommendation_among(infos)
    newest = last_complete(job.checkpoints_path)[0]
    said = []
    if best is not None and path.name == best.checkpoint and path.parent == job.checkpoints_path:
        said.append(_("It is the recommended checkpoint of its training."))
    if newest is not None and newest.resolve() == path.resolve():
        said.append(_("Training cannot go on from it any more; it is the newest complete checkpoint."))
    return said


def remove_weights(path: Path, *, project: Path, kept_after_exit: bool = False) -> Trashed:
    """Take weights, or a training's whole folder, out of their place; `workbench.weights.trash` brings them back.

    Raises:
        WorkbenchError: as `losses_by_removal`, or the folder around them cannot be written.
    """
    place = path.absolute()
    losses_by_removal(place, project)
    return move_to_trash(place, project, bytes_in(place), kept_after_exit=kept_after_exit)


# -- the room they take


@dataclass(frozen=True)
class SpaceItem:
    """Something on the disk. ``could_go``: neither recommended nor the newest that a training can go on from."""

    path: Path
    bytes: int
    could_go: bool


@dataclass(frozen=True)
class Space:
    """What the weights of a project take, largest first, and the disk they are on. In bytes."""

    items: list[SpaceItem]
    total: int
    free: int

    @property
    def could_be_freed(self) -> int:
        """What everything takes that could go."""
        return sum(item.bytes for item in self.items if item.could_go)


def space_of(facts: list[WeightsFacts], project: Path) -> Space:
    """The room that weights take, and which checkpoints are not needed to go on or to use the best one."""
    spare = {path for job in list_jobs(project, "train") for path in _spare(job)}
    items = [SpaceItem(one.path, one.bytes, one.path.resolve() in spare) for one in facts]
    disk = shutil.disk_usage(project)
    return Space(sorted(items, key=lambda item: -item.bytes), disk.total, disk.free)


def cache_line(size: int) -> str:
    """What the hub's cache takes, in bytes, as a sentence: its models are not deleted here."""
    said = _("{size} are in the Hugging Face cache, which other programs use too; 'hf cache rm' frees them.")
    return said.format(size=in_words(size))


def _spare(job: JobFolder) -> list[Path]:
    if not state_of(job).is_over:
        return []
    infos = [info for info in list_checkpoints(job) if info.exists]
    best = recommendation_among(list_checkpoints(job))
    newest = last_complete(job.checkpoints_path)[0] or (infos[-1].path if infos else None)
    return [
        info.path.resolve()
        for info in infos
        if info.path is not None and info.path != newest and not (best and info.name == best.checkpoint)
    ]
