"""Adapters fit the model they are put on, or the error says what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.checkpoints.tiny import tiny_model, with_lora
from workbench.configs.method_settings import LoraSettings
from workbench.errors import WorkbenchError
from workbench.models.adapter_layers import linear_layer_names
from workbench.models.adapters import add_adapter, load_adapter

pytestmark = pytest.mark.heavy
LINEAR = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]
TOKENS = torch.arange(3, 20).view(1, 17)
WEIGHTS = "adapter_model.safetensors"


def trained_names(model: Any) -> set[str]:
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def problem_of_adding(**settings: Any) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        add_adapter(tiny_model(), LoraSettings(**settings), "lora")
    return caught.value


def problem_of_loading(folder: Path) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        load_adapter(tiny_model(), folder)
    assert caught.value.where == str(folder)
    return caught.value


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """An adapter of the tiny model whose weights are all random."""
    with_lora(tiny_model()).save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def test_every_linear_layer_but_the_head_is_named() -> None:
    assert linear_layer_names(tiny_model()) == LINEAR


def test_a_new_adapter_is_on_every_linear_layer_and_changes_nothing_yet() -> None:
    plain = tiny_model().eval()
    with torch.no_grad():
        expected = plain(input_ids=TOKENS).logits
        adapted = add_adapter(plain, LoraSettings(r=3), "lora").eval()
        assert torch.equal(adapted(input_ids=TOKENS).logits, expected)
    names = trained_names(adapted)
    assert len(names) == 2 * len(LINEAR) * 2  # two layers, two factors each
    assert all(".lora_" in name for name in names)


def test_named_layers_alone_get_the_adapter() -> None:
    settings = LoraSettings(r=3, target_modules=["q_proj"], modules_to_save=["lm_head"])
    names = trained_names(add_adapter(tiny_model(), settings, "lora"))
    assert {name.split(".lora_")[0].rsplit(".", 1)[-1] for name in names if ".lora_" in name} == {"q_proj"}
    assert any("lm_head" in name for name in names)


@pytest.mark.parametrize("saved", [["embed_tokens"], ["lm_head"], ["embed_tokens", "lm_head"]], ids="+".join)
def test_new_tokens_are_trained_by_their_rows_only_where_the_whole_is_not(saved: list[str]) -> None:
    adapted = add_adapter(tiny_model(), LoraSettings(r=3, modules_to_save=saved), "lora", token_ids=[7, 8])
    adapted(input_ids=TOKENS).logits.sum().backward()
    named = {name: parameter.grad for name, parameter in adapted.named_parameters() if parameter.requires_grad}
    for end in ("embed_tokens", "lm_head"):
        (way,) = {"modules_to_save" if "modules_to_save" in name else "token_adapter" for name in named if end in name}
        assert way == ("modules_to_save" if end in saved else "token_adapter")
    assert all(gradient is not None for gradient in named.values())


@pytest.mark.parametrize("targets", [["q_proj", "lm_head"], ".*(q_proj|lm_head)"], ids=str)
def test_rows_for_new_tokens_and_an_adapter_do_not_go_on_one_layer(targets: Any) -> None:
    with pytest.raises(WorkbenchError, match="lm_head cannot have an adapter and rows"):
        add_adapter(tiny_model(), LoraSettings(target_modules=targets), "lora", token_ids=[7])


def test_what_qlora_holds_in_few_bits_is_not_trained_whole() -> None:
    with pytest.raises(WorkbenchError, match="holds q_proj in few bits"):
        add_adapter(tiny_model(), LoraSettings(modules_to_save=["lm_head", "q_proj"]), "qlora")


def adapted_layers(**settings: Any) -> set[str]:
    names = trained_names(add_adapter(tiny_model(), LoraSettings(r=3, **settings), "lora"))
    return {name.split("base_model.model.")[1].split(".lora_")[0] for name in names}


def test_layers_may_be_told_by_a_pattern_for_their_whole_names() -> None:
    found = adapted_layers(target_modules=r".*layers\.1\..*(q_proj|down_proj)")
    assert found == {"model.layers.1.self_attn.q_proj", "model.layers.1.mlp.down_proj"}
    assert adapted_layers(target_modules="all-linear") == adapted_layers()


def test_a_pattern_that_fits_no_layer_is_told() -> None:
    problem = problem_of_adding(target_modules="q_proj")
    assert (problem.where, "fits no layer" in problem.what) == ("lora.target_modules", True)
    assert ".*(" in (problem.fix or "")


@torch.no_grad()
def test_dora_and_rslora_are_what_they_are_called() -> None:
    adapted = add_adapter(tiny_model(), LoraSettings(r=4, lora_alpha=8, use_dora=True, use_rslora=True), "lora")
    layer = adapted.get_base_model().model.layers[0].mlp.up_proj
    assert layer.scaling == {"default": 4.0}  # 8 / sqrt(4)
    torch.testing.assert_close(layer.lora_magnitude_vector["default"].weight, layer.base_layer.weight.norm(dim=1))


@pytest.mark.parametrize("field", ["target_modules", "modules_to_save"])
def test_a_layer_that_the_model_does_not_have_is_named(field: str) -> None:
    """Also beside others that it has: it would be left out in silence."""
    problem = problem_of_adding(**{field: ["q_proj", "wqkb"]})
    assert problem.where == f"lora.{field}"
    assert "wqkb" in problem.what and "q_proj" not in problem.what
    named = {name.strip(" .") for name in (problem.fix or "").split(":")[1].split(",")}
    ends = {"embed_tokens", "lm_head"}
    assert set(LINEAR) <= named and (ends <= named) == (field == "modules_to_save")


def test_a_layer_that_cannot_have_an_adapter_is_told() -> None:
    problem = problem_of_adding(target_modules=["norm"])
    assert "not supported" in problem.what
    assert ", ".join(LINEAR) in (problem.fix or "")


def test_checkpointing_keeps_the_gradient_path_of_a_frozen_model() -> None:
    adapted = add_adapter(tiny_model(), LoraSettings(r=3), "lora", checkpointing=True)
    adapted.gradient_checkpointing_enable()
    adapted.train()
    adapted(input_ids=TOKENS, labels=TOKENS).loss.backward()
    assert all(value.grad is not None for value in adapted.parameters() if value.requires_grad)


@torch.no_grad()
def test_a_saved_adapter_computes_the_same_after_loading(adapter: Path) -> None:
    expected = with_lora(tiny_model()).eval()(input_ids=TOKENS).logits
    assert not torch.allclose(tiny_model().eval()(input_ids=TOKENS).logits, expected)
    loaded = load_adapter(tiny_model(), adapter).eval()
    torch.testing.assert_close(loaded(input_ids=TOKENS).logits, expected)
    assert trained_names(loaded) == set()


def test_an_adapter_that_goes_on_training_is_trainable(adapter: Path) -> None:
    names = trained_names(load_adapter(tiny_model(), adapter, trainable=True))
    assert names and all(".lora_" in name for name in names)


@pytest.mark.parametrize("config", [None, "{", "{}", "[]"])
def test_a_folder_without_an_adapter_is_told(adapter: Path, config: str | None) -> None:
    (adapter / "adapter_config.json").unlink()
    if config is not None:
        (adapter / "adapter_config.json").write_text(config)
    problem = problem_of_loading(adapter)
    assert "adapter_config.json is missing or damaged" in problem.what
    assert "workbench convert" in (problem.fix or "")


def test_an_adapter_without_its_weights_is_told(adapter: Path) -> None:
    (adapter / WEIGHTS).unlink()
    assert problem_of_loading(adapter).what == "The adapter's weights are missing."


def test_a_weight_file_that_was_cut_is_told(adapter: Path) -> None:
    path = adapter / WEIGHTS
    path.write_bytes(path.read_bytes()[:1000])
    assert "damaged" in problem_of_loading(adapter).what


def test_an_adapter_of_a_wider_model_is_refused(adapter: Path) -> None:
    weights = load_file(adapter / WEIGHTS)
    save_file({name: torch.cat([tensor, tensor]) for name, tensor in weights.items()}, adapter / WEIGHTS)
    problem = problem_of_loading(adapter)
    assert "size mismatch for" in problem.what
    assert "adapter_config.json names it" in (problem.fix or "")


@pytest.mark.parametrize("layer", ["layers.9", None])
def test_an_adapter_of_a_deeper_or_shallower_model_is_refused(adapter: Path, layer: str | None) -> None:
    weights = load_file(adapter / WEIGHTS)
    moved = {
        name.replace("layers.1", layer or ""): tensor
        for name, tensor in weights.items()
        if layer or "layers.1" not in name
    }
    save_file(moved, adapter / WEIGHTS)
    assert "layers.1." in problem_of_loading(adapter).what


def test_an_adapter_of_another_architecture_is_refused(adapter: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps(config | {"target_modules": ["c_attn"]}))
    assert "c_attn" in problem_of_loading(adapter).what
