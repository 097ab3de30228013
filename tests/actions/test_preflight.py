"""What a training would refuse is found before it is started: all of it at once, without loading a weight."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.actions.test_train import a_config
from workbench.actions.preflight import findings, preflight
from workbench.actions.train import start_training
from workbench.data.stage_fit import pairs_wanted
from workbench.errors import WorkbenchError
from workbench.paths import shipped


def test_a_sound_config_passes() -> None:
    preflight(a_config(identity_probes="sample:retention.probes.json"))


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        ({"pretrained_model_name_or_path": "./nowhere"}, "./nowhere", "model folder does not exist"),
        ({"pretrained_model_name_or_path": "."}, ".", "config.json is missing"),
        ({"pretrained_model_name_or_path": "sample:vision_tower"}, "sample:vision_tower", "no language model"),
        ({"work_dir": "broken.json/runs"}, "broken.json", "a file, not a folder"),
        ({"data_path": "nowhere.json"}, "nowhere.json", ""),
        ({"data_path": ["sample:general_dialogue.json", "broken.json"]}, "broken.json", ""),
        ({"identity_probes": "nowhere.json"}, "nowhere.json", "cannot be read"),
        ({"retention_probes": "broken.json"}, "broken.json", "not JSON"),
        ({"question_sets": {"sums": "nowhere.jsonl"}}, "nowhere.jsonl", "cannot be read"),
        ({"question_sets": {"sums": "sample:llava_questions.json"}}, ":1:image", "reads text only"),
        ({"eval_data_path": "broken.json"}, "broken.json", ""),
        ({"report_to": ["trackio"]}, "report_to", "pip install 'workbench[trackio]'"),
        ({"prompt_template": "internlm2_chatt"}, "", "internlm2_chat"),
        ({"sequence_parallel_size": 2}, "sequence_parallel_size", "such as: 2 (--nproc)"),
    ],
)
def test_a_mistake_is_found_before_a_job_is_made(
    project: Path, changes: dict[str, object], where: str, said: str
) -> None:
    (project / "broken.json").write_text("{")
    with pytest.raises(WorkbenchError) as caught:
        start_training(a_config(**changes), "demo", project=project)
    assert where in (caught.value.where or "")
    assert said in str(caught.value)
    assert not (project / "work_dirs").exists()


def test_every_finding_is_told_at_once(project: Path) -> None:
    (project / "sums.json").write_text("[]")
    config = a_config(
        pretrained_model_name_or_path="./nowhere",
        data_path=["gone.json", "lost.json"],
        deepspeed="no.json",
        report_to=["trackio"],
        question_sets={"a": "no.jsonl", "sums": "sums.json"},
        optim_type="adamww",
        cluster={"launcher": "slurm"},
        nproc=1,
    )
    found = {error.where for error in findings(config)}
    expected = {"cluster.launcher", "optim_type", "no.json", "./nowhere", "gone.json", "lost.json", "report_to"}
    assert found == {*expected, "no.jsonl", "sums.json"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stage": "dpo"}, "general_dialogue.json:1"),
        ({"data_path": "sample:preferences.jsonl", "dataset_format": "auto"}, "stage: dpo, orpo or reward"),
        ({"data_path": "unanswered.jsonl"}, "No row has anything to train on"),
        ({"data_path": "one.jsonl", "eval_ratio": 0.5}, "not two different samples"),
        ({"optim_type": "Muon", "deepspeed": "zero2"}, "optim_type"),
        ({"optim_type": "Muon", "nproc": 2}, "optim_type"),
        ({"method": "lora", "adapter_name_or_path": "nothing"}, "adapter_name_or_path: nothing"),
        ({"method": "lora", "adapter_name_or_path": "other"}, "another base: owner/other"),
        ({"method": "lora", "new_tokens": ["<s>", "<new>"]}, "has <s> already"),
        ({"pretrained_model_name_or_path": "cut"}, "shorter or longer"),
        ({"precision": "fp16"}, "needs a GPU"),
        ({"method": "lora", "lora": {"target_modules": ["nosuch", "q_proj"]}}, "no layer nosuch"),
        ({"method": "lora", "lora": {"target_modules": ["norm", "q_proj"]}}, "norm cannot have an adapter"),
        ({"method": "lora", "lora": {"target_modules": "nosuch"}}, "pattern nosuch fits no layer"),
        ({"method": "lora", "lora": {"modules_to_save": ["output"]}}, "input_layernorm, k_proj, lm_head, norm"),
        ({"method": "qlora", "lora": {"modules_to_save": ["lm_head", "q_proj"]}}, "holds q_proj in few bits"),
        ({"method": "lora", "lora": {"target_modules": ["lm_head"]}, "new_tokens": ["<a>"]}, "lm_head cannot have"),
        ({"method": "freeze", "freeze": {"modules": ["lm_haed"]}}, "lm_head"),
        ({"method": "freeze", "freeze": {"last_layers": 99}}, "has 4 layers"),
        ({"attn_implementation": "flash_attention_2"}, "there is no GPU"),
    ],
)
def test_what_training_refuses_is_found_before(project: Path, changes: dict[str, Any], said: str) -> None:
    row = {"messages": [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": " "}]}
    (project / "unanswered.jsonl").write_text(json.dumps(row))
    row["messages"][1]["content"] = "Hello."
    (project / "one.jsonl").write_text(json.dumps(row))
    (project / "other").mkdir()
    (project / "other" / "adapter_config.json").write_text(
        '{"peft_type": "LORA", "base_model_name_or_path": "owner/other"}'
    )
    (project / "other" / "adapter_model.safetensors").touch()
    shutil.copytree(shipped("sample_data") / "model", project / "cut")
    os.truncate(project / "cut" / "model.safetensors", 100_000)
    with pytest.raises(WorkbenchError) as caught:
        preflight(a_config(**changes))
    assert said in str(caught.value)


def test_layers_that_are_there_are_let_through() -> None:
    for stage, head in (("sft", "lm_head"), ("reward", "score")):
        lora = {"target_modules": r".*layers\.3\..*_proj", "modules_to_save": [head, "embed_tokens"]}
        data = {"data_path": "sample:preferences.jsonl", "dataset_format": "auto"} if stage == "reward" else {}
        preflight(a_config(method="lora", lora=lora, stage=stage, **data))
    preflight(a_config(method="freeze", freeze={"last_layers": 4, "modules": ["layers.0", "lm_head"]}))


def test_dialogues_are_no_pairs_and_no_hint_says_to_go_on_with_them() -> None:
    changes = {"stage": "orpo", "dataset_format": "preference", "data_path": "sample:general_dialogue.json"}
    (found,) = findings(a_config(**changes, bad_rows="leave_out"))
    assert "No row has anything to train on" in found.what
    assert found.fix == pairs_wanted()
    (found,) = findings(a_config(**changes))
    assert found.fix is not None
    assert found.fix.endswith("stage: sft and dataset_format: openai.")


@pytest.mark.parametrize("asked", ["identity_probes", "retention_probes"])
def test_questions_about_who_it_is_are_made_with_their_data(project: Path, asked: str) -> None:
    (found,) = findings(a_config(**{asked: "who.json"}))
    assert ("'workbench data identity'" in (found.fix or "")) == (asked == "identity_probes")


def test_rows_are_held_against_the_stage_without_a_tokenizer() -> None:
    preflight(a_config(pretrained_model_name_or_path="owner/model"))
    (found,) = findings(a_config(pretrained_model_name_or_path="owner/model", stage="dpo"))
    assert "no rejected answer" in found.what


def test_what_is_not_here_is_refused_where_no_hub_may_be_asked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(project))
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(project))
    config = a_config(pretrained_model_name_or_path="owner/model", data_path="owner/data")
    model, data = findings(config)
    assert "HF_HUB_OFFLINE is set" in model.what and model.where == "pretrained_model_name_or_path: owner/model"
    assert "HF_HUB_OFFLINE is set" in data.what and data.where == "owner/data"
    (project / "datasets" / "owner___data").mkdir(parents=True)  # where the datasets library keeps its own
    assert len(findings(config)) == 1
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert findings(config) == []


@pytest.mark.parametrize(
    ("changes", "fix"),
    [
        ({"method": "lora", "deepspeed": "zero3"}, "deepspeed_zero2"),
        ({"method": "qlora", "quantization": {"load_in_8bit": True}}, "load_in_8bit: false"),
    ],
)
def test_going_on_from_dora_meets_what_dora_cannot(project: Path, changes: dict[str, Any], fix: str) -> None:
    adapter = {"peft_type": "LORA", "base_model_name_or_path": "sample:model", "use_dora": True}
    (project / "adapter_config.json").write_text(json.dumps(adapter))
    (project / "adapter_model.safetensors").touch()
    (found,) = findings(a_config(adapter_name_or_path=str(project), **changes))
    assert found.where and found.where.startswith("adapter_name_or_path") and found.fix and fix in found.fix
    (project / "adapter_config.json").write_text(json.dumps(adapter | {"use_dora": False}))
    assert findings(a_config(adapter_name_or_path=str(project), **changes)) == []
