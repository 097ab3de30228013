"""What turning checkpoints needs to know of a config."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configs.xtuner.samples import LLAVA, QLORA, changed, written
from workbench.configs.copies import copy_config
from workbench.configs.xtuner.read import read_xtuner_config
from workbench.errors import WorkbenchError


def test_the_model_of_a_text_config(tmp_path: Path) -> None:
    found = read_xtuner_config(written(tmp_path, QLORA))
    assert (found.kind, found.llm, found.quantized) == ("SupervisedFinetune", "my/base-1b", True)
    assert found.llm_lora == {
        "r": 8, "lora_alpha": 32, "lora_dropout": 0.2, "bias": "none", "task_type": "CAUSAL_LM",
    }  # fmt: skip
    assert found.visual_encoder is None


def test_the_parts_of_a_llava_config(tmp_path: Path) -> None:
    found = read_xtuner_config(str(written(tmp_path, LLAVA)))
    assert (found.kind, found.llm, found.visual_encoder) == ("LLaVAModel", "my/llm", "my/clip")
    assert (found.freeze_llm, found.freeze_visual_encoder, found.projector_depth) == (True, True, 3)
    assert found.llm_lora is not None
    assert found.llm_lora["r"] == 512
    assert found.visual_encoder_lora == {"r": 64, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"]}
    assert (found.quantized, found.prompt_template) == (True, "vicuna")


def test_our_own_configs_are_taken_too(tmp_path: Path) -> None:
    name = "internlm2_chat_1_8b_full_alpaca_e3"
    for given in (name, str(copy_config(name, tmp_path))):
        found = read_xtuner_config(given)
        assert (found.llm, found.llm_lora, found.quantized) == ("internlm/internlm2-chat-1_8b", None, False)


def test_our_own_configs_of_models_that_see_are_taken_too() -> None:
    found = read_xtuner_config("llava_internlm2_chat_1_8b_qlora_clip_vit_large_p14_336_lora_e1_gpu8_finetune")
    assert (found.kind, found.visual_encoder) == ("LLaVAModel", "openai/clip-vit-large-patch14-336")
    assert (found.llm_lora or {})["r"] == 512
    assert (found.visual_encoder_lora or {})["lora_alpha"] == 16
    assert (found.freeze_llm, found.freeze_visual_encoder) == (False, False)
    first = read_xtuner_config("llava_internlm2_chat_1_8b_clip_vit_large_p14_336_e1_gpu8_pretrain")
    assert (first.llm_lora, first.visual_encoder_lora) == (None, None)
    assert (first.freeze_llm, first.freeze_visual_encoder, first.quantized) == (True, True, True)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("model = dict(", "other = dict(", "not a training config"),
        ("base = 'my/base-1b'", "base = input()", "calls input"),
        ("lora=dict(type=LoraConfig", "lora=dict(type='peft.OtherConfig'", "not a LoraConfig"),
        ("r=8", "r=input()", "calls input"),
    ],
)
def test_a_model_that_cannot_be_told_is_refused_at_its_row(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(WorkbenchError, match=what) as refused:
        read_xtuner_config(written(tmp_path, changed(old, new)))
    assert "mine.py" in str(refused.value.where)
