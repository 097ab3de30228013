"""Weights and a service answer the same questions, of which only some say what is right."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chat.services import failing, said, streamed
from tests.data.sheets.played_endpoint import Asked, Reply, playing
from tests.evaluation.test_job import job_of, scores_of
from workbench.chat.endpoints import KnownEndpoint, keep_endpoint
from workbench.errors import WorkbenchError
from workbench.evaluation.__main__ import work
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.evaluation.side_by_side import side_by_side
from workbench.jobs.events import EventLog, Warned
from workbench.jobs.tail import EventTail

pytestmark = pytest.mark.heavy


def test_weights_and_a_service_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "user"))
    (tmp_path / "asked.csv").write_text("question,answer\nWho are you?,\nWhat is 3 plus 5?,8\n")
    sample = ModelToScore(label="sample", model="sample:model", prompt_template="internlm2_chat")
    service = ModelToScore(label="served", model="endpoint:played", endpoint="played", prompt_template="")
    with playing(lambda _asked: streamed(said("It is 9."))) as played:
        keep_endpoint(KnownEndpoint(name="played", url=played.url, model="x"))
        request = EvaluationRequest(models=[sample, service], questions={"sums": str(tmp_path / "asked.csv")})
        job = job_of(request, tmp_path)
        work(job, EventLog(job.path))
    assert scores_of(job) == [("sample", "sums", 1, 1), ("served", "sums", 0, 1)]
    first, second = side_by_side(job).rows
    assert [cell.right for cell in first.answers.values()] == [None, None]
    assert first.answers["sample"].text == "I am the sample model of workbench."
    assert [cell.right for cell in second.answers.values()] == [True, False]


def test_a_service_that_refuses_costs_the_others_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "user"))
    (tmp_path / "asked.csv").write_text("question,answer\nWhat is 3 plus 5?,8\n")
    models = [
        ModelToScore(label=name, model=f"endpoint:{name}", endpoint=name, prompt_template="")
        for name in ("refusing", "good")
    ]
    with (
        playing(lambda _asked: failing(401, "no")) as refusing,
        playing(lambda _asked: streamed(said("It is 8."))) as good,
    ):
        for name, played in (("refusing", refusing), ("good", good)):
            keep_endpoint(KnownEndpoint(name=name, url=played.url, model="x"))
        job = job_of(EvaluationRequest(models=models, questions={"sums": str(tmp_path / "asked.csv")}), tmp_path)
        with pytest.raises(WorkbenchError):
            work(job, EventLog(job.path))
    (row,) = side_by_side(job).rows
    assert {name: cell.right for name, cell in row.answers.items()} == {"good": True}
    (warned,) = [event for event in EventTail(job.events_path).rest() if isinstance(event, Warned)]
    assert warned.where == "refusing"


def test_a_question_that_a_service_refuses_costs_no_other_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "user"))
    (tmp_path / "asked.csv").write_text("question,answer\nWhat is 3 plus 5?,8\nA bad word,\nWhat is 4 plus 4?,8\n")
    refused = ["bad"]

    def script(asked: Asked) -> Reply:
        is_refused = bool(refused) and refused[0] in asked.text
        return failing(400, "filtered") if is_refused else streamed(said("It is 8."))

    with playing(script) as played:
        keep_endpoint(KnownEndpoint(name="some", url=played.url, model="x"))
        model = ModelToScore(label="some", model="endpoint:some", endpoint="some", prompt_template="")
        job = job_of(EvaluationRequest(models=[model], questions={"sums": str(tmp_path / "asked.csv")}), tmp_path)
        with pytest.raises(WorkbenchError, match="filtered"):
            work(job, EventLog(job.path))
        assert [len(row.answers) for row in side_by_side(job).rows] == [1, 0, 1]
        refused.clear()
        before = len(played.asked)
        work(job, EventLog(job.path))
        assert len(played.asked) == before + 1


def test_a_service_that_keeps_silent_is_not_waited_for_once_the_user_has_stopped_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "user"))
    (tmp_path / "asked.csv").write_text("question,answer\nhang,\nWhat is 3 plus 5?,8\n")
    over = threading.Event()

    def script(asked: Asked) -> Reply:
        hangs = replace(streamed(said("never")), before=lambda: over.wait(60))
        return hangs if asked.text == "hang" else streamed(said("It is 8."))

    with playing(script) as played:
        keep_endpoint(KnownEndpoint(name="slow", url=played.url, model="x"))
        model = ModelToScore(label="slow", model="endpoint:slow", endpoint="slow", prompt_template="")
        job = job_of(EvaluationRequest(models=[model], questions={"sums": str(tmp_path / "asked.csv")}), tmp_path)
        threading.Timer(2.0, job.stop_path.touch).start()
        began = time.monotonic()
        finished = work(job, EventLog(job.path))
        assert time.monotonic() - began < 30
        over.set()
    assert finished.stopped
    hanging, answered = side_by_side(job).rows
    assert (hanging.answers, answered.answers["slow"].right) == ({}, True)
