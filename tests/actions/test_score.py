"""What is refused before a reward model is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.actions.score import start_score
from workbench.errors import WorkbenchError
from workbench.evaluation import score_job
from workbench.evaluation.score_request import ScoreRequest
from workbench.jobs.events import EventLog
from workbench.jobs.folder import JobFolder, JobRecord

_PAIRS = "sample:preferences.held_out.jsonl"


def _scorer(folder: Path) -> Path:
    folder.mkdir()
    settings = {"task_type": "SEQ_CLS", "base_model_name_or_path": "sample:model"}
    (folder / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"model": "sample:model"}, "give no scores"),
        ({"model": "./nothing"}, "no job"),
        ({"data": "nothing.jsonl"}, "does not exist"),
        ({}, "prompt template"),
        ({"output": "there.jsonl"}, "exists already"),
    ],
)
def test_what_is_wrong_is_told_before_a_job_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.jsonl").touch()
    asked = {"model": str(_scorer(tmp_path / "adapter")), "data": _PAIRS, **changes}
    output = Path(asked.pop("output")) if "output" in asked else None

    with pytest.raises(WorkbenchError, match=problem):
        start_score(asked["model"], asked["data"], project=tmp_path, output=output)
    assert not (tmp_path / "work_dirs").exists()


def test_a_file_of_unknown_columns_is_mended_with_an_option_that_score_has(tmp_path: Path) -> None:
    data = tmp_path / "odd.jsonl"
    data.write_text('{"first": "A", "second": "B"}', encoding="utf-8")
    asked = ScoreRequest(model="sample:model", prompt_template="internlm2_chat", data_path=str(data))
    job = JobFolder(tmp_path)
    job.write_record(
        JobRecord(kind="score", name="odd", command=[], project=str(tmp_path), arguments=asked.model_dump())
    )
    with pytest.raises(WorkbenchError) as caught:
        score_job.work(job, EventLog(tmp_path))
    assert "--format" in (caught.value.fix or "")
    assert "dataset_format" not in str(caught.value)


def test_a_model_that_reads_a_token_of_its_own_is_asked_in_its_tokenizers_format(tmp_path: Path) -> None:
    folder = tmp_path / "reward"
    folder.mkdir()
    config = {"architectures": ["LlamaForSequenceClassification"], "reward_token_id": 128002}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    made = start_score(str(folder), _PAIRS, project=tmp_path).record.arguments
    assert (made["reward_token_id"], made["prompt_template"]) == (128002, "auto")
    told: dict[str, Any] = {"reward_token_id": 5, "prompt_template": "internlm2_chat"}
    made = start_score(str(folder), _PAIRS, project=tmp_path, **told).record.arguments
    assert (made["reward_token_id"], made["prompt_template"]) == (5, "internlm2_chat")
