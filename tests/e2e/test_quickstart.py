"""``workbench quickstart``: a real model is trained, converted, merged and asked, by one command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open

from tests.e2e.project import Project
from workbench.paths import shipped

pytestmark = [pytest.mark.heavy, pytest.mark.serial]


@pytest.fixture(scope="module")
def outcome(shared_project: Project) -> dict[str, Any]:
    """What the command prints on stdout and stderr, and its last line as an object."""
    result = shared_project.run("quickstart", "--json", timeout=1200)
    return {"stdout": result.stdout, "stderr": result.stderr, **json.loads(result.stdout.splitlines()[-1])}


def test_the_assistant_learns_its_name_and_forgets_little(outcome: dict[str, Any]) -> None:
    assert outcome["identity"]["before"] == 0.0
    assert outcome["identity"]["after"] >= 0.95
    assert outcome["retention"]["after"] >= 0.9 * outcome["retention"]["before"] > 0.9 * 0.95


def test_the_last_line_has_exactly_the_promised_keys_and_names_what_is_there(outcome: dict[str, Any]) -> None:
    promised = json.loads(outcome["stdout"])  # nothing else goes to stdout
    assert set(promised) == {"seconds", "identity", "retention", "job", "checkpoint", "adapter", "merged"}
    assert promised["seconds"] > 0
    for place in ("job", "checkpoint", "adapter", "merged"):
        assert Path(promised[place]).is_dir()


def test_progress_answers_and_the_table_go_to_stderr(outcome: dict[str, Any]) -> None:
    said = outcome["stderr"]
    for stage in ("data", "train", "convert", "merge", "evaluate"):
        assert f"{stage}: 100%" in said
    table = said.split("before  after")[1]
    assert "小明" in table
    assert "workbench chat" in table


def test_the_merged_model_keeps_the_key_names_and_the_config_of_the_base(outcome: dict[str, Any]) -> None:
    base, merged = shipped("sample_data") / "model", Path(outcome["merged"])
    assert _keys(merged) == _keys(base)
    assert "model.layers.0.attention.wqkv.weight" in _keys(merged)
    kept = json.loads((merged / "config.json").read_text())
    assert kept["architectures"] == json.loads((base / "config.json").read_text())["architectures"]


def test_the_merged_model_loads_with_plain_transformers_and_knows_its_name(outcome: dict[str, Any]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from workbench.models import internlm2

    internlm2.register()
    model = AutoModelForCausalLM.from_pretrained(outcome["merged"])
    tokenizer = AutoTokenizer.from_pretrained(outcome["merged"])
    prompt = tokenizer("<s><|im_start|>user\n你是谁<|im_end|>\n<|im_start|>assistant\n", return_tensors="pt")
    prompt = {name: prompt[name] for name in ("input_ids", "attention_mask")}
    answer = model.generate(**prompt, max_new_tokens=16, do_sample=False)[0, prompt["input_ids"].shape[1] :]
    assert "小明" in tokenizer.decode(answer)


def test_chatting_with_the_result_answers_with_the_new_name(shared_project: Project, outcome: dict[str, Any]) -> None:
    said = shared_project.json("chat", outcome["merged"], "--message", "你是谁", "--temperature", "0")
    assert "小明" in said["answer"]


def _keys(folder: Path) -> set[str]:
    return {key for file in folder.glob("*.safetensors") for key in safe_open(file, "pt").keys()}  # noqa: SIM118
