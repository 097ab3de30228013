"""The scores that jobs of a project gave to weights after their training. No Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from workbench.configs.evaluation_rules import PREFERENCE
from workbench.evaluation.request import EvaluationRequest
from workbench.evaluation.score_request import ScoreRequest
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of


@dataclass(frozen=True)
class EarlierScore:
    """A share (0–1) that is right, and the job that found it."""

    name: str
    value: float
    job: str


def scores_by_weights(jobs: Iterable[JobFolder]) -> dict[str, list[EarlierScore]]:
    """Of each weights that were scored, by their path or name, the newest score of each name.

    Args:
        jobs: the newest first.
    """
    found: dict[str, dict[str, EarlierScore]] = {}
    for job in jobs:
        for place, score in _scores_of(job):
            found.setdefault(place, {}).setdefault(score.name, score)
    return {place: list(scores.values()) for place, scores in found.items()}


def _scores_of(job: JobFolder) -> Iterator[tuple[str, EarlierScore]]:
    record, results = job.record, results_of(job)
    try:
        asked = list(_asked_by(record.kind, record.arguments))
    except ValidationError:  # of another version of workbench
        return
    for place, name, key in asked:
        if isinstance(value := results.get(key), float):
            yield place, EarlierScore(name, value, job.id)


def _asked_by(kind: str, arguments: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The weights, the name of the score, and the result that tells it."""
    if kind == "score":
        scored = ScoreRequest.model_validate(arguments)
        yield scored.adapter or scored.model, PREFERENCE, "accuracy"
    if kind == "evaluate":
        asked = EvaluationRequest.model_validate(arguments)
        names = [*asked.probes, *([asked.benchmark.kind] if asked.benchmark else [])]
        for model in asked.models:
            for name in names:
                yield model.llava or model.adapter or model.model, name, f"{name} {model.label}"
