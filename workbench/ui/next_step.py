"""What a person would sensibly do next in a project, seen from what is there. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.i18n import _
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.kinds import ENDPOINT
from workbench.jobs.results import results_of
from workbench.jobs.slurm import slurm_text
from workbench.jobs.state import JobState, state_of


@dataclass(frozen=True)
class NextStep:
    """One sentence, and where enter leads."""

    sentence: str
    area: str
    context: dict[str, Any] = field(default_factory=dict)


def next_step(project: Path) -> NextStep:
    """The first of: watch what runs, look at what failed, chat with a merged model, merge, convert, train, make data."""
    by_kind = _newest_by_kind(list_jobs(project))
    running = next((job for kind, job in by_kind.items() if kind != ENDPOINT and not state_of(job).is_over), None)
    if running:
        return NextStep(_while_it_goes(running), "train", {"job": running})
    merged, trained = by_kind.get("merge"), by_kind.get("train")
    if merged and state_of(merged) is JobState.FINISHED and not _is_newer(trained, merged):
        model = str(results_of(merged).get("merged", ""))
        return NextStep(_("The merged model is ready: chat with it."), "chat", {"model": model})
    if trained:
        return _after_training(trained, by_kind.get("convert"))
    if any(project.glob("*.probes.json")):
        return NextStep(_("There is data: choose a config and train."), "configs")
    return NextStep(_("Begin with data: make a self-identity dataset, or open a file."), "dataset")


def _while_it_goes(job: JobFolder) -> str:
    if not state_of(job).is_queued:
        return _("{job} is at work: watch it.").format(job=job.id)
    if why := slurm_text(job.path):
        return _("{job} waits: {why}.").format(job=job.id, why=why)
    return _("{job} waits in the queue: see for what.").format(job=job.id)


def _after_training(trained: JobFolder, converted: JobFolder | None) -> NextStep:
    state = state_of(trained)
    if state in {JobState.FAILED, JobState.LOST}:
        sentence = _("{job} did not finish: see why, and resume it.").format(job=trained.id)
        return NextStep(sentence, "train", {"job": trained})
    if converted and not _is_newer(trained, converted) and state_of(converted) is JobState.FINISHED:
        return NextStep(
            _("The adapter is ready: merge it into its base, or chat with it."), "checkpoints", {"job": trained}
        )
    sentence = _("{job} is done: compare its checkpoints and convert the best.").format(job=trained.id)
    return NextStep(sentence, "checkpoints", {"job": trained})


def _newest_by_kind(jobs: list[JobFolder]) -> dict[str, JobFolder]:
    newest: dict[str, JobFolder] = {}
    for job in jobs:
        newest.setdefault(job.record.kind, job)
    return newest


def _is_newer(left: JobFolder | None, right: JobFolder) -> bool:
    return left is not None and left.path.name > right.path.name
