"""Models that transformers does not have are refused before anything is fetched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.catalogue import entries, resolve
from workbench.configs.own_code import require_no_own_code, why_own_code
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError

KINDS = {"baichuan", "chatglm", "qwen", "minicpm", "deepseek", "internvl_chat"}


def config(model: str, *, trusted: bool = False) -> TrainConfig:
    return TrainConfig(pretrained_model_name_or_path=model, data_path="a.json", trust_remote_code=trusted)


@pytest.mark.heavy
def test_transformers_has_none_of_these_kinds_and_all_that_stand_in_for_them() -> None:
    from transformers import CONFIG_MAPPING

    assert not KINDS & set(CONFIG_MAPPING)
    assert {"glm", "minicpm3", "qwen2", "deepseek_v2", "internvl", "cohere", "gpt_bigcode"} <= set(CONFIG_MAPPING)


@pytest.mark.parametrize(
    ("model", "kind", "instead"),
    [
        ("baichuan-inc/Baichuan2-7B-Chat", "Baichuan", "Qwen/Qwen2.5-7B-Instruct"),
        ("THUDM/chatglm3-6b", "ChatGLM", "zai-org/glm-4-9b-chat-hf"),
        ("Qwen/Qwen-72B", "Qwen 1", "Qwen/Qwen2.5-7B-Instruct"),
        ("openbmb/MiniCPM-2B-sft-bf16", "MiniCPM", "openbmb/MiniCPM3-4B"),
        ("deepseek-ai/deepseek-moe-16b-base", "DeepSeek MoE", "deepseek-ai/DeepSeek-V2-Lite-Chat"),
    ],
)
def test_the_refusal_names_the_kind_and_what_to_do(model: str, kind: str, instead: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        require_no_own_code(config(model))
    assert kind in caught.value.what and model in str(caught.value.where)
    assert caught.value.fix is not None
    assert instead in caught.value.fix and "trust_remote_code: true" in caught.value.fix
    assert why_own_code(instead) == ""
    require_no_own_code(config(model, trusted=True))


def test_code_that_would_be_of_no_use_is_not_offered() -> None:
    with pytest.raises(WorkbenchError) as caught:
        require_no_own_code(config("OpenGVLab/InternVL2-8B", trusted=True))
    assert "trust_remote_code" not in str(caught.value.fix)
    assert why_own_code("OpenGVLab/InternVL3-8B-hf") == ""


def test_a_folder_is_known_by_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "baichuan"}))
    assert "Baichuan" in why_own_code(str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen2"}))
    assert why_own_code(str(tmp_path)) == ""
    (tmp_path / "config.json").write_text("[")
    assert why_own_code(str(tmp_path)) == ""


def test_the_catalogue_marks_them_and_nothing_else() -> None:
    marked = {entry.family for entry in entries() if entry.needs_code}
    assert marked == {"baichuan", "baichuan2", "chatglm", "qwen", "minicpm", "deepseek", "internvl"}
    for name in ("internlm_7b_qlora_alpaca_e3", "deepseek_v2_chat_full_alpaca_e3", "minicpm3_4b_qlora_alpaca_e3"):
        require_no_own_code(resolve(name))
