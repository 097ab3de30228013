"""What several models answered to a question file, as far as they were asked: question by question. Light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.probes import Probe
from workbench.evaluation.answer_log import ANSWERS_FILE, AnswerLog
from workbench.evaluation.calls import is_right
from workbench.evaluation.request import EvaluationRequest
from workbench.evaluation.scores import Share
from workbench.evaluation.sets import open_sets_of
from workbench.jobs.events import Failed, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail


@dataclass(frozen=True)
class Cell:
    """An answer. ``right``: None if the question does not say what is right."""

    text: str
    right: bool | None
    is_cut: bool


@dataclass(frozen=True)
class AskedRow:
    """A question, and the answers by model; those are missing that have not been given yet."""

    probe: Probe
    answers: Mapping[str, Cell]


@dataclass(frozen=True)
class SideBySide:
    """The table of a comparison. ``file``: the questions; ``problems``: by model, why answers of it are missing."""

    file: Path
    models: list[str]
    rows: list[AskedRow]
    problems: Mapping[str, str]

    def share(self, model: str) -> Share | None:
        """How many a model answered right of those it answered that say what is right; None if none does."""
        right = [cell.right for row in self.rows if (cell := row.answers.get(model)) and cell.right is not None]
        return Share(sum(right), len(right)) if right else None

    def as_json(self) -> dict[str, Any]:
        """The whole table as plain values."""
        scores = {model: share for model in self.models if (share := self.share(model))}
        return {
            "scores": {model: {"right": share.right, "total": share.total} for model, share in scores.items()},
            "problems": dict(self.problems),
            "rows": [
                {
                    "question": row.probe.question,
                    "expected": row.probe.answers,
                    "answers": {model: {"text": cell.text, "right": cell.right} for model, cell in row.answers.items()},
                }
                for row in self.rows
            ],
        }


def side_by_side(job: JobFolder) -> SideBySide:
    """The table of a job, running or over.

    Raises:
        WorkbenchError: the job's record is damaged, or the question file is gone or cannot be read any more.
    """
    request = EvaluationRequest.model_validate(job.record.arguments)
    asked = open_sets_of(request)[0]
    log = AnswerLog(job.results_path / ANSWERS_FILE)
    models = [model.label for model in request.models]
    rows = []
    for probe, question in zip(asked.probes, asked.questions, strict=True):
        given = {model: log.get(model, asked.name, question) for model in models}
        cells = {
            model: Cell(answer.text, is_right(probe, answer.text) if probe.answers else None, answer.is_cut)
            for model, answer in given.items()
            if answer is not None
        }
        rows.append(AskedRow(probe, cells))
    told = _told(job, models)
    missing = {model for row in rows for model in models if model not in row.answers}
    problems = {model: told[model] for model in models if model in missing & told.keys()}
    return SideBySide(Path(request.questions[asked.name]), models, rows, problems)


def _told(job: JobFolder, models: list[str]) -> dict[str, str]:
    """What the job has said of each model at last; a failure of one alone is that of the job."""
    events = list(EventTail(job.events_path).rest())
    told = {event.where: event.message for event in events if isinstance(event, Warned) and event.where in models}
    failed = [event.reason for event in events if isinstance(event, Failed)]
    return (
        {models[0]: failed[-1]} if len(models) == 1 and failed else {str(model): said for model, said in told.items()}
    )
