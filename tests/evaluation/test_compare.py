"""Weights and a service answer the same questions, of which only some say what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat.services import said, streamed
from tests.data.sheets.played_endpoint import playing
from tests.evaluation.test_job import job_of, scores_of
from workbench.chat.endpoints import KnownEndpoint, keep_endpoint
from workbench.evaluation.__main__ import work
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.evaluation.side_by_side import side_by_side
from workbench.jobs.events import EventLog

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
