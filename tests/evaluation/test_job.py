"""An evaluation job scores each model on each probe file, and can be stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.data.probes import Probe, write_probes
from workbench.errors import WorkbenchError
from workbench.evaluation.__main__ import WRONG_FILE, work
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.jobs.events import EventLog, Progress, Score
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.tail import EventTail

pytestmark = pytest.mark.heavy


@pytest.fixture
def job(tmp_path: Path) -> JobFolder:
    """The sample model under two names, to be asked three questions of which it knows two."""
    sum_, wrong = Probe(question="What is 3 plus 5?", answers=["8"]), Probe(question="Hi", answers=["no such answer"])
    write_probes(tmp_path / "retention.json", [sum_, wrong])
    write_probes(tmp_path / "identity.json", [Probe(question="Who are you?", answers=["workbench"])])
    request = EvaluationRequest(
        models=[
            ModelToScore(label=name, model="sample:model", prompt_template="internlm2_chat")
            for name in ("first", "second")
        ],
        probes={name: str(tmp_path / f"{name}.json") for name in ("identity", "retention")},
    )
    job = JobFolder(tmp_path / "job")
    job.path.mkdir()
    record = JobRecord(kind="evaluate", name="x", command=[], project="/", arguments=request.model_dump())
    job.write_record(record)
    return job


def test_every_model_is_scored_on_every_probe_file(job: JobFolder) -> None:
    finished = work(job, EventLog(job.path))
    events = EventTail(job.events_path).poll()
    scores = [event for event in events if isinstance(event, Score)]
    assert [(event.target, event.name, event.right, event.total) for event in scores] == [
        (model, name, 1, total) for model in ("first", "second") for name, total in (("identity", 1), ("retention", 2))
    ]
    progress = [event for event in events if isinstance(event, Progress)]
    assert [(event.done, event.total) for event in progress] == [(n, 6) for n in (0, 1, 3, 3, 4, 6)]
    answers = job.results_path / WRONG_FILE
    assert finished.results == {
        **{f"identity {model}": 1.0 for model in ("first", "second")},
        **{f"retention {model}": 0.5 for model in ("first", "second")},
        "wrong_answers": str(answers),
    }
    (wrong,) = json.loads(answers.read_text(encoding="utf-8"))["second"]["retention"]
    assert (wrong["question"], wrong["expected"]) == ("Hi", ["no such answer"])
    assert wrong["answer"]


def test_a_stop_request_ends_it_before_the_next_questions(job: JobFolder) -> None:
    job.stop_path.touch()
    finished = work(job, EventLog(job.path))
    assert finished.stopped
    assert list(finished.results) == ["wrong_answers"]
    assert not EventTail(job.events_path).poll()


def test_a_damaged_probe_file_is_told_before_any_model_is_loaded(job: JobFolder, tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text("[]")
    with pytest.raises(WorkbenchError, match="at least one question"):
        work(job, EventLog(job.path))
    assert not job.events_path.exists()
