"""``python -m workbench.evaluation.score_job JOB``: a reward model gives scores to the answers of a file."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.configs.evaluation_rules import PREFERENCE
from workbench.data.conversation import Conversation, Sample
from workbench.data.formats import FormatChoice
from workbench.data.read import DataRow, read_file
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.evaluation.score_request import SCORES_FILE, ScoredRow, ScoreRequest
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress, Score
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker


def work(job: JobFolder, events: EventLog) -> Finished:
    """What the job's arguments ask; see `ScoreRequest`."""
    request = ScoreRequest.model_validate(job.record.arguments)
    rows = _rows(request)
    samples, where = _answers(rows)
    from workbench.evaluation.scorer import Scorer  # torch takes its time: a wrong file is told before

    found: dict[int, float] = {}
    for number, score in Scorer(request).scores(samples, where):
        if stop_requested(job.path):
            return Finished(stopped=True)
        found[number] = score
        events.write(Progress(stage=_("scoring"), done=len(found), total=len(samples), unit=_("answers")))
    scored = _scored(rows, [found[number] for number in range(len(samples))])
    output = Path(request.output) if request.output else job.results_path / SCORES_FILE
    output.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(output, "".join(f"{row.model_dump_json(exclude_none=True)}\n" for row in scored))
    results: dict[str, str | int | float | bool] = {"scores": str(output), "rows": len(scored)}
    return Finished(results=results | _accuracy(scored, Path(request.adapter or request.model).name, events))


def _rows(request: ScoreRequest) -> list[tuple[Path, DataRow]]:
    files = Source(request.data_path, FormatChoice(request.dataset_format)).files()
    try:
        return [(file.path, row) for file in files for row in read_file(file.path, file.choice).rows]
    except WorkbenchError as error:
        fix = error.fix
        if fix and "dataset_" in fix:  # a config's settings, and here is none
            fix = _("Mend the rows, or name their format: --format ('workbench data list-formats' shows examples).")
        raise WorkbenchError(error.what, where=error.where, fix=fix) from error


def _answers(rows: list[tuple[Path, DataRow]]) -> tuple[list[Sample], list[str]]:
    """All answers, of a pair the chosen and then the rejected one; and the file and row of each."""
    samples: list[Sample] = []
    where: list[str] = []
    for path, row in rows:
        both = _both(row.sample)
        samples += both
        where += [f"{path}:{row.number}"] * len(both)
    return samples, where


def _both(sample: Sample) -> list[Sample]:
    if isinstance(sample, Conversation) and sample.rejected:
        return [sample, sample.with_rejected()]
    return [sample]


def _scored(rows: list[tuple[Path, DataRow]], scores: list[float]) -> list[ScoredRow]:
    left = iter(scores)
    made = []
    for path, row in rows:
        own = [next(left) for _sample in _both(row.sample)]
        names = ("chosen", "rejected") if len(own) == 2 else ("score",)
        made.append(ScoredRow(file=str(path), row=row.number, **dict(zip(names, own, strict=True))))
    return made


def _accuracy(scored: list[ScoredRow], label: str, events: EventLog) -> dict[str, str | int | float | bool]:
    """The share of pairs whose chosen answer has the higher score; nothing if there are no pairs."""
    pairs = [(row.chosen, row.rejected) for row in scored if row.chosen is not None and row.rejected is not None]
    if not pairs:
        return {}
    right = sum(chosen > rejected for chosen, rejected in pairs)
    events.write(Score(name=PREFERENCE, value=right / len(pairs), right=right, total=len(pairs), target=label))
    return {"pairs": len(pairs), "right": right, "accuracy": right / len(pairs)}


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
