"""Checkpoints of text models become models and adapters that Hugging Face's libraries load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from tests.checkpoints.xtuner import lora_tensors, lora_text, save_pth, text_config
from tests.checkpoints.zero_folder import write_zero_folder
from workbench.checkpoints.pth.convert import convert_pth
from workbench.checkpoints.pth.request import PthRequest
from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.weights.scoring import reward_token_of

pytestmark = pytest.mark.heavy

_TOKEN = 7
"""What the reward model's config puts behind an answer."""
ENDS = ("q_proj", "v_proj", "down_proj")


def ignore(done: int, total: int) -> None:
    """No progress wanted."""


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return {name: tensor for path in folder.glob("*.safetensors") for name, tensor in load_file(path).items()}


def convert(pth: Path, config: Path | None, target: Path, **settings: Any) -> Path:
    return convert_pth(
        PthRequest(pth=pth, config=str(config) if config else None, target=target, **settings), ignore
    ).folder


@pytest.fixture
def adapter_pth(llama: Path, tmp_path: Path) -> Path:
    return save_pth(tmp_path / "iter_12.pth", lora_tensors("llm", weights(llama), ENDS))


@pytest.fixture
def full(llama: Path) -> dict[str, torch.Tensor]:
    """A trained model: the base with all of its weights moved."""
    return {f"llm.{name}": tensor + 0.125 for name, tensor in weights(llama).items()}


def test_an_adapter_loads_in_peft(llama: Path, adapter_pth: Path, tmp_path: Path) -> None:
    config = text_config(tmp_path, llama, lora_text())
    folder = convert(adapter_pth, config, tmp_path / "adapter")
    assert {path.name for path in folder.iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "workbench.json",
        "xtuner_config.py",
    }
    assert (folder / "xtuner_config.py").read_text() == config.read_text()
    settings = json.loads((folder / "adapter_config.json").read_text())
    assert (settings["r"], settings["lora_alpha"], settings["lora_dropout"]) == (4, 8, 0.05)
    assert settings["target_modules"] == sorted(ENDS)
    loaded = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(llama), str(folder)).state_dict()
    for name, tensor in lora_tensors("llm", weights(llama), ENDS).items():
        assert torch.equal(loaded[name.removeprefix("llm.")], tensor.half().float())


def test_bin_files_and_32_bits_if_asked(llama: Path, adapter_pth: Path, tmp_path: Path) -> None:
    config = text_config(tmp_path, llama, lora_text())
    folder = convert(adapter_pth, config, tmp_path / "adapter", safe=False, fp32=True)
    tensors = torch.load(folder / "adapter_model.bin", weights_only=True)
    expected = lora_tensors("llm", weights(llama), ENDS)
    assert all(
        torch.equal(tensors[name.removeprefix("llm.").replace(".default.", ".")], tensor)
        for name, tensor in expected.items()
    )


@pytest.mark.parametrize("stage", [2, 3])
def test_a_folder_of_deepspeed_gives_what_the_file_gives(
    llama: Path, adapter_pth: Path, tmp_path: Path, stage: int
) -> None:
    tensors = lora_tensors("llm", weights(llama), ENDS)
    folder = write_zero_folder(tmp_path / "iter_9.pth", tensors, stage=stage, ranks=3, meta={"iter": 9})
    config = text_config(tmp_path, llama, lora_text())
    one, other = convert(adapter_pth, config, tmp_path / "one"), convert(folder, config, tmp_path / "other")
    assert weights(one).keys() == weights(other).keys()
    assert all(torch.equal(tensor, weights(other)[name]) for name, tensor in weights(one).items())
    known = read_provenance(other)
    assert known is not None
    assert known.iter == 9


def test_a_frozen_part_is_taken_from_what_was_saved_along(
    llama: Path, full: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    embedding = "llm.model.embed_tokens.weight"
    trained = {name: tensor for name, tensor in full.items() if name != embedding}
    folder = write_zero_folder(tmp_path / "it.pth", trained, stage=3, ranks=2, frozen={embedding: full[embedding]})
    found = weights(convert(folder, None, tmp_path / "model", base=str(llama), fp32=True))
    assert all(torch.equal(tensor, full[f"llm.{name}"]) for name, tensor in found.items())


def test_without_a_config_the_keys_tell(llama: Path, adapter_pth: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="scaled") as caught:
        convert(adapter_pth, None, tmp_path / "adapter", base=str(llama))
    assert "--lora-alpha" in (caught.value.fix or "")
    folder = convert(adapter_pth, None, tmp_path / "adapter", base=str(llama), lora_alpha=6)
    settings = json.loads((folder / "adapter_config.json").read_text())
    assert (settings["r"], settings["lora_alpha"]) == (4, 6)
    assert settings["base_model_name_or_path"] == str(llama)


def test_the_config_that_a_checkpoint_carries_is_enough(llama: Path, tmp_path: Path) -> None:
    text = text_config(tmp_path, llama, lora_text(lora_alpha=20)).read_text()
    pth = save_pth(tmp_path / "it.pth", lora_tensors("llm", weights(llama), ENDS), meta={"cfg": text})
    folder = convert(pth, None, tmp_path / "adapter")
    assert json.loads((folder / "adapter_config.json").read_text())["lora_alpha"] == 20
    assert (folder / "xtuner_config.py").read_text() == text
    known = read_provenance(folder)
    assert known is not None
    assert (known.prompt_template, known.base_model, known.iter) == ("internlm2_chat", str(llama), 12)


def test_a_whole_model_has_the_names_and_files_of_its_base(
    llama: Path, full: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    pth = save_pth(tmp_path / "iter_12.pth", full)
    folder = convert(pth, text_config(tmp_path, llama), tmp_path / "model", max_shard_bytes=10_000)
    found = weights(folder)
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    assert found.keys() == weights(llama).keys()
    assert all(torch.equal(tensor, full[f"llm.{name}"].half()) for name, tensor in found.items())
    assert json.loads((folder / "config.json").read_text())["dtype"] == "float16"
    assert (folder / "tokenizer.json").read_bytes() == (llama / "tokenizer.json").read_bytes()
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").state_dict()
    assert torch.equal(
        loaded["model.layers.1.mlp.up_proj.weight"], full["llm.model.layers.1.mlp.up_proj.weight"].half()
    )


def test_a_larger_vocabulary_is_noted(llama: Path, full: dict[str, torch.Tensor], tmp_path: Path) -> None:
    for name in ("llm.model.embed_tokens.weight", "llm.lm_head.weight"):
        full[name] = torch.cat([full[name], torch.zeros(60, full[name].shape[1])])
    folder = convert(save_pth(tmp_path / "it.pth", full), text_config(tmp_path, llama), tmp_path / "model")
    assert json.loads((folder / "config.json").read_text())["vocab_size"] == 320
    AutoModelForCausalLM.from_pretrained(folder)


def test_the_reference_of_dpo_is_left_out_and_counted(
    llama: Path, full: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    state = full | {f"ref_{name}": tensor for name, tensor in full.items()}
    request = PthRequest(pth=save_pth(tmp_path / "it.pth", state), base=str(llama), target=tmp_path / "model")
    made = convert_pth(request, ignore)
    assert weights(made.folder).keys() == weights(llama).keys()
    assert made.notes[0].startswith(f"{len(full)} tensors")


def test_a_reward_model_scores_with_its_head(llama: Path, full: dict[str, torch.Tensor], tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    state = {name.replace("llm.model.", "llm."): value for name, value in full.items() if "lm_head" not in name}
    state["v_head.weight"] = torch.randn(1, 24)
    pth = save_pth(tmp_path / "it.pth", state)
    with pytest.raises(WorkbenchError, match="at which token") as caught:
        convert(pth, None, tmp_path / "reward", base=str(llama))
    assert "reward_token_id" in (caught.value.fix or "")
    folder = convert(pth, reward_config(tmp_path, llama, lora="None"), tmp_path / "reward", fp32=True)
    assert reward_token_of(folder) == _TOKEN
    assert read_provenance(folder).prompt_template == "auto"  # type: ignore[union-attr]
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    assert torch.equal(model.score.weight, state["v_head.weight"])
    assert torch.equal(model.model.embed_tokens.weight, state["llm.embed_tokens.weight"])


def test_a_reward_model_with_an_adapter_is_merged(llama: Path, tmp_path: Path) -> None:
    """XTuner puts the adapter on the inner model, whose names lack the ``model.`` of the base's files."""
    from transformers import AutoModelForSequenceClassification

    inner = {name.removeprefix("model."): tensor for name, tensor in weights(llama).items()}
    adapter, head = lora_tensors("llm", inner, ENDS), torch.randn(1, 24)
    pth = write_zero_folder(tmp_path / "iter_3.pth", adapter | {"v_head.weight": head}, stage=2, ranks=2)
    request = PthRequest(
        pth=pth, config=str(reward_config(tmp_path, llama)), base=str(llama), target=tmp_path / "reward", fp32=True
    )
    made = convert_pth(request, ignore)
    assert f"read at the token {_TOKEN}" in made.notes[-1]
    model = AutoModelForSequenceClassification.from_pretrained(made.folder)
    assert torch.equal(model.score.weight, head)
    name = "layers.1.mlp.down_proj"
    one, two = (adapter[f"llm.base_model.model.{name}.lora_{part}.default.weight"] for part in "AB")
    assert torch.equal(model.model.get_submodule(name).weight, inner[f"{name}.weight"] + (two @ one) * 2)
    assert torch.equal(model.model.embed_tokens.weight, inner["embed_tokens.weight"])
    without = PthRequest(
        pth=save_pth(tmp_path / "plain.pth", adapter),
        config=str(reward_config(tmp_path, llama)),
        target=tmp_path / "plain",
    )
    with pytest.raises(WorkbenchError, match=r"v_head\.weight, is missing") as caught:
        convert_pth(without, ignore)
    assert "DeepSpeed folder" in (caught.value.fix or "")


def reward_config(folder: Path, llm: Path, lora: str = lora_text()) -> Path:
    """A config of a reward model, with an adapter unless it says otherwise."""
    text = text_config(folder, llm, lora).read_text()
    path = folder / "reward_config.py"
    path.write_text(
        f"reward_token_id = {_TOKEN}\n"
        + text.replace("SupervisedFinetune", "RewardModel").replace("    lora=", "    llm_lora=")
    )
    return path


def test_positions_stretched_by_the_training_are_noted(
    llama: Path, full: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    config = text_config(tmp_path, llama)
    config.write_text(config.read_text().replace("lora=None", "lora=None, max_position_embeddings=500"))
    folder = convert(save_pth(tmp_path / "it.pth", full), config, tmp_path / "model")
    assert json.loads((folder / "config.json").read_text())["rope_scaling"] == {"type": "linear", "factor": 4.0}
