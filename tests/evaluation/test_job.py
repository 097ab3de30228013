"""An evaluation job scores each model on each probe file, and can be stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.data.probes import Probe, write_probes
from workbench.errors import WorkbenchError
from workbench.evaluation.__main__ import WRONG_FILE, work
from workbench.evaluation.answer_log import ANSWERS_FILE, AnswerLog
from workbench.evaluation.question_set import Answer, Question
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.jobs.events import EventLog, Progress, Score, Started, Warned
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.tail import EventTail

pytestmark = pytest.mark.heavy


def job_of(request: EvaluationRequest, folder: Path) -> JobFolder:
    """The job as it is put down before its process starts."""
    job = JobFolder(folder / "job")
    job.path.mkdir()
    job.write_record(JobRecord(kind="evaluate", name="x", command=[], project="/", arguments=request.model_dump()))
    return job


def scores_of(job: JobFolder) -> list[tuple[str | None, str, int, int]]:
    """Model, score, right and total of each score told."""
    events = EventTail(job.events_path).poll()
    return [(event.target, event.name, event.right, event.total) for event in events if isinstance(event, Score)]


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
    return job_of(request, tmp_path)


def test_every_model_is_scored_on_every_probe_file(job: JobFolder) -> None:
    finished = work(job, EventLog(job.path))
    assert scores_of(job) == [
        (model, name, 1, total) for model in ("first", "second") for name, total in (("identity", 1), ("retention", 2))
    ]
    progress = [event for event in EventTail(job.events_path).poll() if isinstance(event, Progress)]
    assert [(event.done, event.total) for event in progress] == [(n, 6) for n in (0, 1, 3, 3, 4, 6)]
    answers = job.results_path / WRONG_FILE
    assert finished.results == {
        **{f"identity {model}": 1.0 for model in ("first", "second")},
        **{f"retention {model}": 0.5 for model in ("first", "second")},
        **{f"{name}_cut {model}": 0 for name in ("identity", "retention") for model in ("first", "second")},
        "wrong_answers": str(answers),
        "answers": str(job.results_path / ANSWERS_FILE),
    }
    (wrong,) = json.loads(answers.read_text(encoding="utf-8"))["second"]["retention"]
    assert (wrong["question"], wrong["expected"]) == ("Hi", ["no such answer"])
    assert wrong["answer"]


def test_a_stop_request_ends_it_before_the_next_questions(job: JobFolder) -> None:
    job.stop_path.touch()
    finished = work(job, EventLog(job.path))
    assert finished.stopped
    assert not finished.results
    assert not EventTail(job.events_path).poll()


def test_a_damaged_probe_file_is_told_before_any_model_is_loaded(job: JobFolder, tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text("[]")
    with pytest.raises(WorkbenchError, match="no question in it"):
        work(job, EventLog(job.path))
    assert not job.events_path.exists()


def test_what_was_answered_before_is_not_asked_again(job: JobFolder) -> None:
    log = AnswerLog(job.results_path / ANSWERS_FILE)
    for model in ("first", "second"):
        log.add(model, "identity", [Question("1", "Who are you?")], [Answer("I am workbench.")])
        answers = [Answer("9", is_cut=model == "second"), Answer("Hello")]
        log.add(model, "retention", [Question("1", "What is 3 plus 5?"), Question("2", "Hi")], answers)
    lines = log.path.read_text()
    without_model = job.record.arguments
    for model in without_model["models"]:
        model["model"] = "/no/such/model"  # which would be told if it were opened
    job.write_record(job.record.model_copy(update={"arguments": without_model}))
    finished = work(job, EventLog(job.path))
    (cut,) = [event for event in EventTail(job.events_path).poll() if isinstance(event, Warned)]
    assert (cut.message, cut.where) == (
        "retention: 1 of 2 answers had not ended after 64 tokens and were cut there.",
        "second",
    )
    assert "--max-new-tokens 128" in (cut.fix or "")
    assert (finished.results["retention_cut second"], finished.results["retention_cut first"]) == (1, 0)
    assert scores_of(job) == [
        (model, name, right, total)
        for model in ("first", "second")
        for name, right, total in (("identity", 1, 1), ("retention", 0, 2))
    ]
    assert log.path.read_text() == lines


def test_only_what_is_left_is_asked(job: JobFolder) -> None:
    log = AnswerLog(job.results_path / ANSWERS_FILE)
    log.add("first", "retention", [Question("1", "What is 3 plus 5?")], [Answer("I do not know.")])
    work(job, EventLog(job.path))
    started, *_others = EventTail(job.events_path).poll()
    assert isinstance(started, Started)
    assert started.facts == ["Answers from before: 1."]
    by_name = {(model, name): right for model, name, right, _total in scores_of(job)}
    assert by_name["first", "retention"] == 0  # the answer from before is counted as it was
    assert by_name["second", "retention"] == 1
    assert len(AnswerLog(log.path)) == 6
