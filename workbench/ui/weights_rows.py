"""The rows of the Checkpoints area: what each stands for. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.evaluation.recommend import Recommendation
from workbench.i18n import N_
from workbench.jobs.checkpoints import CheckpointInfo
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import JobState
from workbench.weights.facts import WeightsFacts
from workbench.weights.trash import Trashed

RESULT_TITLES = {
    "adapter": N_("Converted adapters"),
    "model": N_("Converted models"),
    "llava": N_("Converted LLaVA models"),
    "merged": N_("Merged models"),
}


@dataclass(frozen=True)
class Training:
    """A training job with its checkpoints, the base first, and the one to go on with."""

    job: JobFolder
    state: JobState
    infos: list[CheckpointInfo]
    best: Recommendation | None


@dataclass(frozen=True)
class Made:
    """A folder that a convert or merge job made; ``kind`` is a key of `RESULT_TITLES`."""

    kind: str
    path: Path
    job: JobFolder


@dataclass(frozen=True)
class CheckpointRow:
    """A checkpoint (or the base) of a training."""

    training: Training
    info: CheckpointInfo

    @property
    def is_best(self) -> bool:
        return self.training.best is not None and self.info.name == self.training.best.checkpoint


@dataclass(frozen=True)
class Found:
    """Weights that were found by looking. ``place``: a key of `PLACE_TITLES`, or the folder that the user added."""

    name: str
    facts: WeightsFacts
    place: str


@dataclass(frozen=True)
class Section:
    """A heading. ``place``: what is below it, see `Found`; ``title`` is translated."""

    place: str
    title: str


Row = Training | CheckpointRow | Made | Found | Trashed | Section
PROJECT, CACHE, TRASH = "project", "cache", "trash"
PLACE_TITLES = {PROJECT: N_("Other weights in the project"), CACHE: N_("Hugging Face cache"), TRASH: N_("Deleted")}


def path_of(row: Row | None) -> Path | None:
    """Where a row's files are, if there are any."""
    match row:
        case Training(job=job):
            return job.path
        case CheckpointRow(info=info):
            return info.path if info.exists else None
        case Made(path=path):
            return path
        case Found(facts=facts):
            return facts.path
        case _:
            return None
