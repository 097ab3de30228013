"""The weights of a project: checkpoints of its trainings, what was made of them, and whatever else lies there.

No Textual here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.actions.recommended import recommendation_among
from workbench.configs.files import load_config
from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.evaluation.recommend import Recommendation
from workbench.i18n import N_, _
from workbench.jobs.checkpoints import CheckpointInfo, RunHistory
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.jobs.state import JobState, state_of
from workbench.jobs.tail import EventTail
from workbench.weights.facts import Kind, WeightsFacts
from workbench.weights.find import Looker
from workbench.weights.trash import Trashed, trashed

_REST_FOR_WORK = 20.0
"""After looking around, so many times as long as that took passes before it is done again."""
RESULT_TITLES = {"adapter": N_("Converted adapters"), "model": N_("Converted models"), "merged": N_("Merged models")}


@dataclass(frozen=True)
class ChatTarget:
    """What the Chat area needs to talk to some weights."""

    model: str
    adapter: str | None = None
    prompt_template: str | None = None


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


class _TrainingReader:
    """Reads one training's events as they grow; steps are passed over unread."""

    def __init__(self, job: JobFolder) -> None:
        self._job = job
        self._tail = EventTail(job.events_path)
        self._history = RunHistory(job)
        self._shown: tuple[object, ...] = ()

    def read(self) -> bool:
        """Read what is new; True if the training is other than before."""
        events = list(self._tail.rest(without_steps=True))
        self._history.take(events)
        shown = (state_of(self._job), _folder_names(self._job.checkpoints_path))
        changed = bool(events) or shown != self._shown
        self._shown = shown
        return changed

    def training(self) -> Training:
        infos = self._history.checkpoints()
        return Training(self._job, state_of(self._job), infos, recommendation_among(infos))


def _folder_names(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in folder.iterdir()))
    except OSError:
        return ()


class ProjectWeights:
    """All of them, newest first. Reading again only looks at what has grown or changed.

    ``facts``: what is known of the checkpoints and results by their paths.

    Args:
        added: gives the folders outside the project that the user wants to see.
    """

    def __init__(self, project: Path, added: Callable[[], list[Path]] = list) -> None:
        self.project = project
        self.trainings: list[Training] = []
        self.made: list[Made] = []
        self.facts: dict[Path, WeightsFacts] = {}
        self.found: list[Found] = []
        self.added: list[Path] = []
        self.trash: list[Trashed] = []
        self._folders_added = added
        self._looker = Looker()
        self._rest_until = 0.0
        self._readers: dict[Path, _TrainingReader] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.trainings or self.made or self.found or self.added or self.trash)

    def read(self, *, at_once: bool = False) -> bool:
        """Look at the job folders and around; True the first time, and if something is other than before.

        May take a second for very long runs. Looking around takes at most a twentieth of the time, unless it is
        wanted ``at_once``.
        """
        changed = self._read_jobs()
        if at_once or changed or time.monotonic() >= self._rest_until:
            changed |= self._look_around()
        return changed

    def _read_jobs(self) -> bool:
        jobs, before = list_jobs(self.project), self._readers or {}
        readers = {job.path: before.get(job.path) or _TrainingReader(job) for job in jobs if job.record.kind == "train"}
        changed = [path for path, reader in readers.items() if reader.read()]
        made = [one for job in jobs for one in _made_by(job)]
        if self._readers is not None and not changed and made == self.made and list(readers) == list(before):
            return False
        known = {training.job.path: training for training in self.trainings}
        self.trainings = [reader.training() if path in changed else known[path] for path, reader in readers.items()]
        self.made, self._readers = made, readers
        return True

    def _look_around(self) -> bool:
        began = time.monotonic()
        before = (self.facts, self.found, self.added, self.trash)
        infos = [info for training in self.trainings for info in training.infos]
        known = [info.path for info in infos if info.path is not None and info.exists] + [one.path for one in self.made]
        self.facts = {path: facts for path in known if (facts := self._looker.look(path)) is not None}
        self.added = self._folders_added()
        self.found = list(self._around(known))
        self.trash = trashed(self.project)
        now = time.monotonic()
        self._rest_until = now + _REST_FOR_WORK * (now - began)
        return before != (self.facts, self.found, self.added, self.trash)

    def _around(self, known: list[Path]) -> Iterator[Found]:
        seen = list(known)
        for place, root in ((PROJECT, self.project), *((str(folder), folder) for folder in self.added)):
            for facts in self._looker.below(root, seen):
                seen.append(facts.path)
                is_below = facts.path != root and facts.path.is_relative_to(root)
                yield Found(str(facts.path.relative_to(root)) if is_below else facts.path.name, facts, place)
        for name, facts in self._looker.cached():
            yield Found(name, facts, CACHE)

    def facts_of(self, row: Row | None) -> WeightsFacts | None:
        """What is known of a row's weights."""
        if isinstance(row, Found):
            return row.facts
        path = path_of(row)
        return self.facts.get(path) if path is not None else None

    def everything(self) -> list[WeightsFacts]:
        """All weights but those of the hub's cache."""
        return [*self.facts.values(), *(one.facts for one in self.found if one.place != CACHE)]


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


def _made_by(job: JobFolder) -> Iterator[Made]:
    if job.record.kind not in {"convert", "merge"}:
        return
    for kind, value in results_of(job).items():
        if kind in RESULT_TITLES and Path(str(value)).is_dir():
            yield Made(kind, Path(str(value)), job)


def chat_with_made(made: Made) -> ChatTarget | None:
    """How to talk to a result; None if an adapter does not say what its base is."""
    known = read_provenance(made.path)
    template = known.prompt_template if known else None
    if made.kind != "adapter":
        return ChatTarget(str(made.path), None, template)
    if known is None or known.base_model is None:
        return None
    return ChatTarget(known.base_model, str(made.path), template)


_TALKING = {Kind.BASE, Kind.MERGED, Kind.CONVERTED}


def chat_with_found(found: Found) -> ChatTarget | None:
    """How to talk to weights that were found; None if they are no whole model and no adapter that names its base."""
    facts = found.facts
    if facts.trouble is not None:
        return None
    if facts.kind is Kind.ADAPTER and facts.base is not None:
        return ChatTarget(facts.base, str(facts.path), facts.template)
    model = found.name if found.place == CACHE else str(facts.path)
    return ChatTarget(model, None, facts.template) if facts.kind in _TALKING else None


def chat_with_checkpoint(training: Training, info: CheckpointInfo) -> ChatTarget | None:
    """How to talk to a checkpoint, or to the base before training; None if a full training has to be converted first.

    Raises:
        WorkbenchError: the job's config cannot be read.
    """
    config = load_config(training.job.config_path)
    base, template = config.pretrained_model_name_or_path, config.prompt_template
    if info.path is None:
        return ChatTarget(base, None, template)
    if not info.exists:
        return None
    return ChatTarget(base, str(info.path), template) if is_adapter(info.path) else None


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds a LoRA adapter that can be attached or merged as it is."""
    return (folder / "adapter_config.json").is_file()


def adapter_to_merge(row: Row) -> Path:
    """The adapter folder behind a row of the screen.

    Raises:
        WorkbenchError: it holds none.
    """
    path = path_of(row)
    if path is None or not is_adapter(path):
        raise WorkbenchError(
            _("There is no adapter here to merge."),
            where=str(path) if path else None,
            fix=_("Choose a checkpoint of a LoRA or QLoRA training, or a converted adapter."),
        )
    return path


def reference_of(row: Row | None) -> str | None:
    """The weights of a row as commands name them: a path, or the base of a training; None if it has none."""
    if isinstance(row, CheckpointRow) and row.info.path is None:
        return load_config(row.training.job.config_path).pretrained_model_name_or_path
    path = None if isinstance(row, Training) else path_of(row)
    return str(path) if path is not None else None
