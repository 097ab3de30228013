"""``workbench preflight`` and ``workbench estimate``: what they look at, and that they agree."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.run_command import workbench

NAME = "workbench_sample_lora_identity_e2"
CHANGES = {
    "data_path": "sample:general_dialogue.json",
    "dataset_format": "openai",
    "identity_probes": "null",
    "eval_ratio": "0.9999",
}
SETTINGS = [part for name, value in CHANGES.items() for part in ("--set", f"{name}={value}")]


def test_preflight_tells_what_it_looked_at_and_estimate_agrees(tmp_path: Path) -> None:
    result = workbench("preflight", NAME, *SETTINGS, "--nproc", "2", "--json", cwd=tmp_path)
    plan = json.loads(result.stdout)
    assert (result.returncode, plan["errors"], plan["processes"]) == (0, [], 2)
    assert plan["files"] == {"openai": ["general_dialogue.json"]}
    assert plan["rows"] == 1  # one is left to train on
    estimate = json.loads(workbench("estimate", NAME, *SETTINGS, "--set", "nproc=2", "--json", cwd=tmp_path).stdout)
    assert estimate["total"] == plan["memory"]["total"]


def test_a_model_that_cannot_be_loaded_is_not_advised_to_be_fetched(tmp_path: Path) -> None:
    result = workbench("estimate", "baichuan_7b_qlora_alpaca_e3", cwd=tmp_path)
    assert result.returncode == 1
    assert "transformers 5 has no Baichuan" in result.stderr and "download" not in result.stderr


def test_what_was_looked_at_and_every_finding_stand_on_the_terminal(tmp_path: Path) -> None:
    result = workbench("preflight", NAME, *SETTINGS, "--deepspeed", "no.json", "--set", "precision=fp16", cwd=tmp_path)
    assert result.returncode == 1
    for said in ("openai: general_dialogue.json", "internlm2_chat", "free in", "✗ no.json", "✗ precision: fp16"):
        assert said in result.stdout


def test_a_part_that_the_model_lacks_is_not_estimated_and_programs_are_told_why(tmp_path: Path) -> None:
    settings = ("--set", "method=freeze", "--set", "freeze.last_layers=99")
    result = workbench("estimate", NAME, *settings, "--json", cwd=tmp_path)
    assert result.returncode == 1
    error = json.loads(result.stdout)["error"]
    assert error["where"] == "freeze.last_layers" and error["what"] in result.stderr and error["fix"] in result.stderr
