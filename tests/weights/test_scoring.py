"""What gives scores is told from what writes text, by the files alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.checkpoints.export.served_adapter import read_adapter_facts
from workbench.checkpoints.export.source import open_source
from workbench.errors import WorkbenchError
from workbench.ui.weights_rows import Found
from workbench.ui.weights_use import chat_with
from workbench.weights.look import look_at
from workbench.weights.scoring import is_scorer, reward_token_of


def _folder(folder: Path, name: str, content: dict[str, Any]) -> Path:
    folder.mkdir()
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def _row(folder: Path) -> Found:
    facts = look_at(folder)
    assert facts is not None
    return Found(folder.name, facts, "here")


@pytest.mark.parametrize(
    ("name", "content", "scores"),
    [
        ("config.json", {"architectures": ["LlamaForSequenceClassification"]}, True),
        ("config.json", {"architectures": ["InternLM2ForRewardModel"]}, True),
        ("config.json", {"architectures": ["LlamaForCausalLM"]}, False),
        ("config.json", {"architectures": "damaged"}, False),
        ("adapter_config.json", {"task_type": "SEQ_CLS"}, True),
        ("adapter_config.json", {"task_type": "CAUSAL_LM"}, False),
    ],
)
def test_the_files_tell(tmp_path: Path, name: str, content: dict[str, Any], scores: bool) -> None:
    assert is_scorer(_folder(tmp_path / "weights", name, content)) is scores


def test_it_is_neither_exported_nor_talked_to(tmp_path: Path) -> None:
    model = _folder(tmp_path / "model", "config.json", {"architectures": ["LlamaForSequenceClassification"]})
    adapter = _folder(
        tmp_path / "adapter", "adapter_config.json", {"peft_type": "LORA", "r": 8, "task_type": "SEQ_CLS"}
    )

    (model / "model.safetensors").write_bytes(b"")

    for folder in (model, adapter):
        with pytest.raises(WorkbenchError, match="reward model") as caught:
            open_source(str(folder))
        assert f"workbench score {folder} FILE" in (caught.value.fix or "")
        with pytest.raises(WorkbenchError, match="reward model") as caught:
            chat_with(_row(folder), look_at(folder))
        assert "s in Checkpoints" in (caught.value.fix or "")
    with pytest.raises(WorkbenchError, match="reward model"):
        read_adapter_facts(adapter)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("reward_token_id = 128002", 128002),
        ("train_dataset = dict(reward_token_id=9)", 9),
        ("reward_token_id = -1", None),
    ],
)
def test_what_xtuner_converted_reads_its_score_where_the_config_beside_it_says(
    tmp_path: Path, text: str, token: int | None
) -> None:
    folder = _folder(tmp_path / "model", "config.json", {"architectures": ["LlamaForSequenceClassification"]})
    assert reward_token_of(folder) is None
    llm = "llm=dict(type=AutoModelForCausalLM.from_pretrained, pretrained_model_name_or_path='llama')"
    (folder / "xtuner_config.py").write_text(f"{text}\nmodel = dict(type=RewardModel, {llm})\n", encoding="utf-8")
    assert reward_token_of(folder) == token
    (folder / "config.json").write_text('{"reward_token_id": 3}', encoding="utf-8")
    assert reward_token_of(folder) == 3
