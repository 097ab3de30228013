"""Adapters in checkpoints of XTuner: what is in them is written whole, and what cannot be right is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from tests.checkpoints.pth.conversions import ignore, refused
from tests.checkpoints.xtuner import lora_tensors, lora_text, save_pth, text_config
from workbench.checkpoints.model_files import open_folder
from workbench.checkpoints.pth.convert import ConvertedPth, convert_pth
from workbench.checkpoints.pth.request import PthRequest

pytestmark = pytest.mark.heavy

MODULE = "llm.base_model.model.model.layers.0.self_attn.q_proj"
HEAD = "llm.base_model.model.lm_head"


@pytest.fixture
def adapter(llama: Path) -> dict[str, torch.Tensor]:
    weights = {name: tensor.load() for name, tensor in open_folder(llama).stored.items()}
    return lora_tensors("llm", weights, ("q_proj", "down_proj"))


def converted(tmp_path: Path, tensors: dict[str, torch.Tensor], meta: Any = None, **settings: Any) -> ConvertedPth:
    pth = save_pth(tmp_path / "iter_12.pth", tensors, meta=meta or {})
    return convert_pth(PthRequest(pth=pth, target=tmp_path / "adapter", **settings), ignore)


@pytest.mark.parametrize(
    "name",
    [f"{MODULE}.weight", f"{MODULE}.lora_C.default.weight", "llm.notes", "llm.base_model.model.model.norm.weight"],
)
def test_a_tensor_that_is_no_part_of_an_adapter_is_refused(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor], name: str
) -> None:
    pth = save_pth(tmp_path / "it.pth", adapter | {name: torch.zeros(3, 5)})
    named = name.removeprefix("llm.").replace(".", r"\.")
    for config in (None, str(text_config(tmp_path, llama, lora_text()))):
        message = rf"{named} \[3, 5\] is no part of an adapter"
        refused(tmp_path / "out", message, pth=pth, config=config, base=str(llama), lora_alpha=8)


@pytest.mark.parametrize("dtype", [torch.int8, torch.int64, torch.float8_e4m3fn, torch.bool])
def test_numbers_that_nobody_trains_in_are_refused(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor], dtype: torch.dtype
) -> None:
    name = f"{MODULE}.lora_A.default.weight"
    pth = save_pth(tmp_path / "it.pth", adapter | {name: adapter[name].to(dtype)})
    refused(tmp_path / "out", rf"q_proj\.lora_A.* but is {dtype}", pth=pth, base=str(llama), lora_alpha=8)


@pytest.mark.parametrize(
    ("value", "fp32", "message"),
    [
        (float("nan"), False, r"q_proj\.lora_A\.weight has values that are no finite numbers"),
        (float("inf"), True, r"q_proj\.lora_A\.weight has values that are no finite numbers"),
        (1e5, False, r"q_proj\.lora_A\.weight has values that are too large for fp16"),
    ],
)
def test_values_that_are_no_numbers_are_refused(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor], value: float, fp32: bool, message: str
) -> None:
    adapter[f"{MODULE}.lora_A.default.weight"][2, 3] = value
    pth = save_pth(tmp_path / "it.pth", adapter)
    error = refused(tmp_path / "out", message, pth=pth, base=str(llama), lora_alpha=8, fp32=fp32)
    assert ("--fp32" in (error.fix or "")) is (value == 1e5)


def test_large_values_fit_into_32_bits(tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor]) -> None:
    adapter[f"{MODULE}.lora_A.default.weight"][2, 3] = 1e5
    made = converted(tmp_path, adapter, base=str(llama), lora_alpha=8, fp32=True)
    assert load_file(made.folder / "adapter_model.safetensors")[f"{MODULE[4:]}.lora_A.weight"][2, 3] == 1e5


def test_a_module_trained_whole_is_named_without_a_config(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor]
) -> None:
    head = torch.randn(260, 24)
    tensors = adapter | {
        f"{HEAD}.modules_to_save.default.weight": head,
        f"{HEAD}.original_module.weight": torch.zeros(260, 24),
    }
    made = converted(tmp_path, tensors, base=str(llama), lora_alpha=8, fp32=True)
    assert json.loads((made.folder / "adapter_config.json").read_text())["modules_to_save"] == ["lm_head"]
    loaded = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(llama), str(made.folder))
    assert torch.equal(loaded.get_output_embeddings().modules_to_save["default"].weight, head)


def test_a_module_trained_whole_that_is_not_there_is_refused(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor]
) -> None:
    config = str(text_config(tmp_path, llama, lora_text(modules_to_save=["lm_head"])))
    refused(tmp_path / "out", "trains lm_head whole", pth=save_pth(tmp_path / "it.pth", adapter), config=config)
    other = adapter | {f"{HEAD}.modules_to_save.default.weight": torch.zeros(4, 5)}
    message = r"lm_head\.weight is \[4, 5\] there, and \[260, 24\] here"
    refused(tmp_path / "out", message, pth=save_pth(tmp_path / "it.pth", other), config=config)


def test_the_scale_of_the_user_is_told_where_the_config_has_another(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor]
) -> None:
    config = str(text_config(tmp_path, llama, lora_text(lora_alpha=8)))
    made = converted(tmp_path, adapter, config=config, lora_alpha=6)
    assert json.loads((made.folder / "adapter_config.json").read_text())["lora_alpha"] == 6
    assert any("--lora-alpha 6" in note and "lora_alpha = 8" in note for note in made.notes)
    again = convert_pth(
        PthRequest(pth=tmp_path / "iter_12.pth", target=tmp_path / "again", config=config, lora_alpha=8), ignore
    )
    assert again.notes == []


@pytest.mark.parametrize(("text", "is_told"), [("", False), ("model = (", True), ("a = 1", True)])
def test_a_config_in_the_checkpoint_that_says_nothing_does_not_bar_the_names(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor], text: str, is_told: bool
) -> None:
    made = converted(tmp_path, adapter, meta={"cfg": text}, base=str(llama), lora_alpha=6)
    assert json.loads((made.folder / "adapter_config.json").read_text())["lora_alpha"] == 6
    assert any("cannot be read" in note for note in made.notes) is is_told
