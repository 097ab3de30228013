"""The weights of a project: checkpoints of its trainings, what was made of them, and whatever else lies there.

No Textual here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock

from workbench.actions.recommended import recommendation_among
from workbench.jobs.checkpoints import RunHistory
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.jobs.state import state_of
from workbench.jobs.tail import EventTail
from workbench.ui.earlier_scores import EarlierScore, scores_by_weights
from workbench.ui.weights_rows import CACHE, PROJECT, RESULT_TITLES, Found, Made, Row, Training, path_of
from workbench.weights.facts import WeightsFacts
from workbench.weights.find import Looker
from workbench.weights.trash import Trashed, trashed

_REST_FOR_WORK = 20.0
"""After looking around, so many times as long as that took passes before it is done again."""


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
        self._scored: dict[str, list[EarlierScore]] = {}
        self.facts: dict[Path, WeightsFacts] = {}
        self.found: list[Found] = []
        self.added: list[Path] = []
        self.trash: list[Trashed] = []
        self._folders_added = added
        self._looker = Looker()
        self._reading = Lock()
        self._rest_until = 0.0
        self.has_looked = False
        self._readers: dict[Path, _TrainingReader] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.trainings or self.made or self.found or self.added or self.trash)

    def read(self, *, at_once: bool = False, on_jobs: Callable[[], object] | None = None) -> bool:
        """Look at the job folders and around; True the first time, and if something is other than before.

        May take a second for very long runs. Looking around takes at most a twentieth of the time, unless it is
        wanted ``at_once``. While another thread reads, this one waits if it is wanted at once, and leaves it to that
        if not.

        Args:
            on_jobs: called the first time when the trainings are known, and the rest is yet to be looked for.
        """
        if not self._reading.acquire(blocking=at_once):
            return False
        try:
            changed = self._read_jobs()
            if on_jobs is not None and not self.has_looked:
                on_jobs()
            if at_once or changed or time.monotonic() >= self._rest_until:
                changed |= self._look_around()
            return changed
        finally:
            self._reading.release()

    def _read_jobs(self) -> bool:
        jobs, before = list_jobs(self.project), self._readers or {}
        readers = {job.path: before.get(job.path) or _TrainingReader(job) for job in jobs if job.record.kind == "train"}
        changed = [path for path, reader in readers.items() if reader.read()]
        made = [one for job in jobs for one in _made_by(job)]
        scored = scores_by_weights(jobs)
        is_same = made == self.made and scored == self._scored and list(readers) == list(before)
        if self._readers is not None and not changed and is_same:
            return False
        known = {training.job.path: training for training in self.trainings}
        self.trainings = [reader.training() if path in changed else known[path] for path, reader in readers.items()]
        self.made, self._scored, self._readers = made, scored, readers
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
        self.has_looked = True
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

    def scores_of(self, reference: str | None) -> list[EarlierScore]:
        """What weights were given after their training; they are named by their path, or as a config names them."""
        if reference is None:
            return []
        place = os.path.realpath(reference) if Path(reference).exists() else reference
        return self._scored.get(place, [])

    @property
    def cached_bytes(self) -> int:
        """What the hub's cache takes."""
        return sum(one.facts.bytes for one in self.found if one.place == CACHE)

    def everything(self) -> list[WeightsFacts]:
        """All weights but those of the hub's cache."""
        return [*self.facts.values(), *(one.facts for one in self.found if one.place != CACHE)]


def _made_by(job: JobFolder) -> Iterator[Made]:
    if job.record.kind not in {"convert", "merge"}:
        return
    for kind, value in results_of(job).items():
        if kind in RESULT_TITLES and Path(str(value)).is_dir():
            yield Made(kind, Path(str(value)), job)
