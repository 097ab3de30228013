"""Comparing the values of two weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.checkpoints.seeing import save_checkpoint, save_tower_base
from tests.checkpoints.tiny import save_base, tiny_model, with_lora
from workbench.checkpoints.compare import compare_values
from workbench.weights.comparison import Comparison, LayerChange, by_change, compare_facts
from workbench.weights.comparison_text import lines_of
from workbench.weights.look import look_at


def compared(first: Path, second: Path) -> Comparison:
    one, other = look_at(first), look_at(second)
    assert one is not None
    assert other is not None
    comparison = compare_facts(one, other, first.parent)
    compare_values(comparison, one, other, lambda _done, _total: None)
    return comparison


def adapter(folder: Path, seed: int, **settings: object) -> Path:
    with_lora(tiny_model(), seed, **settings).save_pretrained(folder)
    return folder


def added_by(folder: Path, scaling: float) -> dict[str, torch.Tensor]:
    """What an adapter adds to each module, as whole matrices."""
    tensors = load_file(folder / "adapter_model.safetensors")
    names = [name.removesuffix(".lora_A.weight") for name in tensors if name.endswith(".lora_A.weight")]
    return {
        name: (tensors[f"{name}.lora_B.weight"].double() @ tensors[f"{name}.lora_A.weight"].double()) * scaling
        for name in names
    }


@pytest.mark.parametrize("root", [False, True], ids=["alpha/r", "alpha/sqrt(r)"])
def test_two_loras_differ_by_the_norm_of_what_they_add(tmp_path: Path, root: bool) -> None:
    first, second = adapter(tmp_path / "a", 1, use_rslora=root), adapter(tmp_path / "b", 2, r=2)
    left, right = added_by(first, 7 / (3**0.5 if root else 3)), added_by(second, 7 / 2)
    comparison = compared(first, second)
    assert [layer.name for layer in comparison.layers] == ["model.layers.0", "model.layers.1"]
    for layer in comparison.layers:
        modules = [name for name in left if f".{layer.name}." in name]
        change = sum(float((left[name] - right[name]).square().sum()) for name in modules) ** 0.5
        size = sum(float(right[name].square().sum()) for name in modules) ** 0.5
        assert layer.norm == pytest.approx(change, rel=1e-9)
        assert layer.relative == pytest.approx(change / size, rel=1e-9)
    assert {one.name: (one.first, one.second) for one in comparison.facts}["r"] == ("3", "2")


def test_a_pth_file_is_compared_to_the_model_it_began_with(tmp_path: Path) -> None:
    base = save_base(tmp_path / "base")
    state = load_file(base / "model.safetensors")
    state["model.norm.weight"] = state["model.norm.weight"] + 1
    torch.save({"state_dict": {f"llm.{name}": tensor for name, tensor in state.items()}}, tmp_path / "iter_9.pth")
    comparison = compared(tmp_path / "iter_9.pth", base)
    assert [layer.name for layer in comparison.layers if layer.norm] == ["model.norm"]
    assert (comparison.only_first, comparison.only_second) == ([], [])


def test_an_adapter_and_its_copy_are_equal(tmp_path: Path) -> None:
    first, second = adapter(tmp_path / "a", 1), adapter(tmp_path / "b", 1)
    total = compared(first, second).total
    assert total is not None
    assert total.norm is not None
    assert total.norm < 1e-12


def test_models_differ_by_layer(tmp_path: Path) -> None:
    first, second = save_base(tmp_path / "a", max_shard_size="20KB"), save_base(tmp_path / "b")
    tensors = load_file(second / "model.safetensors")
    name = next(name for name in tensors if name.startswith("model.layers.1."))
    tensors[name] += 0.5
    save_file(tensors, second / "model.safetensors", {"format": "pt"})
    comparison = compared(first, second)
    changed = [layer for layer in comparison.layers if layer.norm]
    assert [layer.name for layer in changed] == ["model.layers.1"]
    assert changed[0].norm == pytest.approx(0.5 * tensors[name].numel() ** 0.5, rel=1e-5)
    assert by_change(comparison.layers)[0] is changed[0]
    assert any("model.layers.1" in line and "█" in line for line in lines_of(comparison))


def test_other_names_shapes_and_formats_are_told(tmp_path: Path) -> None:
    first, second = save_base(tmp_path / "a"), save_base(tmp_path / "b", dtype=torch.float16)
    tensors = load_file(second / "model.safetensors")
    tensors["new"] = torch.zeros(1)
    del tensors["model.norm.weight"]
    tensors["output.weight"] = torch.zeros(3, 30, dtype=torch.float16)
    save_file(tensors, second / "model.safetensors", {"format": "pt"})
    comparison = compared(first, second)
    assert (comparison.only_first, comparison.only_second) == (["model.norm.weight"], ["new"])
    shapes = {one.name: (one.first, one.second) for one in comparison.shapes}
    assert shapes["output.weight"] == ("[37, 30] float32", "[3, 30] float16")
    assert "output" not in {layer.name for layer in comparison.layers}
    assert all(layer.norm is not None and layer.norm < 0.01 for layer in comparison.layers)


def test_values_that_are_not_finite_give_no_number(tmp_path: Path) -> None:
    first, second = save_base(tmp_path / "a"), save_base(tmp_path / "b")
    tensors = load_file(first / "model.safetensors")
    tensors["output.weight"][0, 0] = torch.nan
    save_file(tensors, first / "model.safetensors", {"format": "pt"})
    comparison = compared(first, second)
    assert LayerChange(name="output", norm=None, relative=None) in comparison.layers
    assert Comparison.model_validate_json(comparison.model_dump_json()) == comparison


def test_an_adapter_and_a_model_have_only_their_facts_compared(tmp_path: Path) -> None:
    comparison = compared(adapter(tmp_path / "a", 1), save_base(tmp_path / "b"))
    assert comparison.note == "The values are not compared: adapter and model have no tensors in common."
    assert ("adapter", "model") in [(one.first, one.second) for one in comparison.facts]


def test_adapters_that_are_more_than_a_product_are_compared_by_their_tensors(tmp_path: Path) -> None:
    comparison = compared(adapter(tmp_path / "a", 1, use_dora=True), adapter(tmp_path / "b", 2, use_dora=True))
    assert comparison.note == "The adapters' own tensors are compared, not what they make of the base."
    assert comparison.total is not None
    assert comparison.total.norm


@pytest.mark.heavy
def test_llava_folders_are_compared_part_by_part(tmp_path: Path) -> None:
    tower = save_tower_base(tmp_path / "tower")
    first = save_checkpoint(tmp_path / "a", "sample:model", tower, vision="full")
    second = save_checkpoint(tmp_path / "b", "sample:model", tower, vision="frozen")
    weights = load_file(second / "projector" / "model.safetensors")
    changed = weights["model.0.weight"].clone()
    changed[0, 0] += 3.0
    save_file(weights | {"model.0.weight": changed}, second / "projector" / "model.safetensors", {"format": "pt"})
    comparison = compared(first, second)
    assert (comparison.only_first, comparison.only_second) == (["visual_encoder"], [])
    norms = {layer.name: layer.norm for layer in comparison.layers}
    held = load_file(first / "projector" / "model.safetensors")["model.0.weight"]
    assert norms["projector.model.0"] == pytest.approx(float((held - changed).double().norm()))
    assert {name.partition(".")[0] for name in norms} == {"projector", "llm_adapter"}
    assert "what each adapter adds" in str(comparison.note)


@pytest.mark.heavy
def test_whole_language_models_of_llava_folders_are_compared(tmp_path: Path) -> None:
    tower = save_tower_base(tmp_path / "tower")
    first = save_checkpoint(tmp_path / "a", "sample:model", tower, language="full")
    comparison = compared(first, shutil.copytree(first, tmp_path / "b"))
    assert comparison.total is not None
    assert comparison.total.norm == pytest.approx(0, abs=1e-12)
    assert any(layer.name.startswith("llm.model.layers.0") for layer in comparison.layers)
