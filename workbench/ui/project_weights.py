"""The weights of a project: checkpoints of its trainings, converted adapters, merged models. No Textual here."""

from __future__ import annotations

from collections.abc import Iterator
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
    """All of them, newest first. Reading again only looks at what has grown."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.trainings: list[Training] = []
        self.made: list[Made] = []
        self._readers: dict[Path, _TrainingReader] | None = None

    def read(self) -> bool:
        """Look at the job folders; True the first time, and if something is other than before.

        May take a second for very long runs.
        """
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


def adapter_to_merge(chosen: CheckpointInfo | Made) -> Path:
    """The adapter folder behind a row of the screen.

    Raises:
        WorkbenchError: it holds none.
    """
    path = chosen.path
    if path is None or not is_adapter(path):
        raise WorkbenchError(
            _("There is no adapter here to merge."),
            where=str(path) if path else None,
            fix=_("Choose a checkpoint of a LoRA or QLoRA training, or a converted adapter."),
        )
    return path
