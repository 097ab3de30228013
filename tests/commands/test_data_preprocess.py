"""``workbench data preprocess``: the real command, its job, and what a training makes of the result."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.run_command import workbench
from workbench.configs.catalogue import resolve
from workbench.configs.schema import TrainConfig
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.training_set import build_training_set
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
    made = workbench("data", "preprocess", CONFIG, "ready", *PACKED, "--json", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["prepared"] == str(tmp_path / "ready")
    assert training_set(tmp_path / "ready")[1] == training_set(DATA)[1]


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
