"""``workbench data preprocess``: the real command, its job, and what a training makes of the result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from workbench.actions.prepare import start_preparing
from workbench.configs.catalogue import resolve
from workbench.configs.files import dump_config
from workbench.configs.schema import TrainConfig
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.training_set import build_training_set
from workbench.errors import WorkbenchError
from workbench.jobs.events import EventLog
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import request_stop, stop_now, wait_until_over
from workbench.paths import shipped

SAMPLE = shipped("sample_data")
CONFIG = "workbench_sample_qlora_identity_e2"
DATA = SAMPLE / "general_dialogue.json"
PACKED = ("--set", f"data_path={DATA}", "--set", "pack_to_max_length=true")


def training_set(data: Path) -> tuple[TrainConfig, list[list[int]]]:
    config = resolve(CONFIG).model_copy(update={"data_path": str(data), "pack_to_max_length": True})
    rows = build_training_set(config, LightTokenizer.from_folder(SAMPLE / "model")).rows
    return config, [rows[number].input_ids for number in range(len(rows))]


def test_the_folder_holds_the_rows_that_the_training_would_make_itself(tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    made = workbench("data", "preprocess", CONFIG, "ready", *PACKED, "--json", cwd=tmp_path, WORKBENCH_CACHE_DIR=cache)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["prepared"] == str(tmp_path / "ready")
    assert told["read"] == told["kept"] + sum(told["left_out"].values()) > 0
    (kept,) = tmp_path.rglob("results/data.json")
    assert json.loads(kept.read_text())["read"] == told["read"]
    events = [json.loads(line) for line in (kept.parent.parent / "events.jsonl").read_text().splitlines()]
    last = [event for event in events if "done" in event][-1]
    assert last["done"] == last["total"] == told["read"]
    assert training_set(tmp_path / "ready")[1] == training_set(DATA)[1]


@pytest.mark.heavy
def test_new_tokens_are_whole_in_what_was_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.data_jobs.prepare_job import work
    from workbench.models.load import load_tokenizer

    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))
    messages = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "<think> So. <think>"}]
    (tmp_path / "rows.jsonl").write_text(json.dumps({"messages": messages}))
    config = resolve(CONFIG).model_copy(update={"data_path": str(tmp_path / "rows.jsonl"), "new_tokens": ["<think>"]})
    job = JobFolder(tmp_path / "job")
    job.path.mkdir()
    job.config_path.write_text(dump_config(config))
    target = tmp_path / "ready"
    record = JobRecord(kind="preprocess", name="x", command=[], project="/", arguments={"target": str(target)})
    job.write_record(record)
    work(job, EventLog(job.path))
    tokenizer = load_tokenizer(config.pretrained_model_name_or_path, new_tokens=("<think>",))
    trained = config.model_copy(update={"data_path": str(target)})
    assert (
        build_training_set(trained, tokenizer).rows[0].input_ids.count(tokenizer.convert_tokens_to_ids("<think>")) == 2
    )
    with pytest.raises(WorkbenchError, match="new_tokens"):
        build_training_set(trained.model_copy(update={"new_tokens": []}), tokenizer)


def test_a_bad_row_is_named_and_no_folder_is_left(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"messages": [{"role": "user", "content": "Q"}]}\n{"messages": 3}\n')
    failed = workbench("data", "preprocess", CONFIG, "ready", "--set", f"data_path={bad}", cwd=tmp_path)
    assert failed.returncode == 1
    assert f"{bad}:2:messages" in failed.stderr
    assert not (tmp_path / "ready").exists()


def test_a_folder_is_replaced_only_if_asked(tmp_path: Path) -> None:
    (tmp_path / "ready").mkdir()
    (tmp_path / "ready" / "mine.txt").write_text("kept")
    refused = workbench("data", "preprocess", CONFIG, "ready", *PACKED, cwd=tmp_path)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert (tmp_path / "ready" / "mine.txt").read_text() == "kept"


def test_a_job_that_is_asked_to_stop_ends_while_it_prepares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))
    row = {"messages": [{"role": role, "content": f"{role} " * 60} for role in ("user", "assistant")]}
    (tmp_path / "many.jsonl").write_text(f"{json.dumps(row)}\n" * 60_000)
    config = resolve(CONFIG).model_copy(update={"data_path": str(tmp_path / "many.jsonl")})
    job = start_preparing(config, CONFIG, tmp_path / "ready", project=tmp_path)
    while not list((tmp_path / "cache").rglob(".samples.partial-*")):
        assert not state_of(job).is_over
    request_stop(job)
    assert wait_until_over(job, 20)
    assert state_of(job) is JobState.STOPPED
    assert stop_now(job).is_clean
    assert not (tmp_path / "ready").exists()
    assert [path.name for path in (tmp_path / "cache" / "tokens").rglob("*") if path.is_file()] == [".lock"]
