"""Any way of training the language model goes with any of the tower; what was trained comes back from its folder."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.models.vision.tiny import PATCHES, clip_tower, picture_pixels, sample_tokenizer, save_tower, siglip_tower
from workbench.configs.method_settings import LoraSettings
from workbench.errors import WorkbenchError
from workbench.models.adapters import add_adapter
from workbench.models.load import load_language_model
from workbench.models.vision.parts import Parts, freeze, join, load_parts, save_parts
from workbench.models.vision.tower import load_vision_tower
from workbench.models.vision.tower_adapter import add_tower_adapter, load_tower_adapter, save_tower_adapter
from workbench.weights.seeing import seeing_folder

pytestmark = pytest.mark.heavy
Way = Literal["frozen", "lora", "full"]
_WAYS: tuple[Way, ...] = ("frozen", "lora", "full")
_LORA = LoraSettings(r=4, lora_alpha=8, lora_dropout=0.0)


def _load(path: str) -> Any:
    return load_language_model(path, precision="fp32")


def _joined(tower_folder: Path, language_way: Way, tower_way: Way, method: Literal["lora", "qlora"] = "lora") -> Parts:
    torch.manual_seed(4)
    language = load_language_model("sample:model", method=method, precision="fp32")
    tower = load_vision_tower(str(tower_folder), precision="fp32")
    adapted = None
    if language_way == "lora":
        language = add_adapter(language, _LORA, method)
    elif language_way == "frozen":
        freeze(language)
    if tower_way == "lora":
        adapted = add_tower_adapter(tower, _LORA)
    elif tower_way == "frozen":
        freeze(tower.model)
    return join(language, tower, sample_tokenizer(), adapted_tower=adapted)


def _batch(parts: Parts) -> dict[str, torch.Tensor]:
    ids = torch.tensor([[1, *[parts.model.config.image_token_id] * PATCHES, 50, 51, 52]])
    return {"input_ids": ids, "pixel_values": picture_pixels()}


def _train_a_little(parts: Parts) -> None:
    trained = [parameter for parameter in parts.model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.05)
    for _ in range(2):
        optimizer.zero_grad()
        parts.model(**_batch(parts), labels=torch.tensor([[-100] * (PATCHES + 2) + [51, 52]])).loss.backward()
        optimizer.step()
    parts.model.eval()


@pytest.mark.parametrize(("language_way", "tower_way"), list(product(_WAYS, _WAYS)))
def test_what_was_trained_comes_back(language_way: Way, tower_way: Way, tmp_path: Path) -> None:
    base = save_tower(clip_tower(), tmp_path / "tower")
    parts = _joined(base, language_way, tower_way)
    _train_a_little(parts)
    out = tmp_path / "out"
    save_parts(parts, out, sample_tokenizer())
    expected = {"projector"}
    expected |= {"lora": {"llm_adapter"}, "frozen": set(), "full": set()}[language_way]
    expected |= {"lora": {"visual_encoder_adapter"}, "frozen": set(), "full": {"visual_encoder"}}[tower_way]
    assert {path.name for path in out.iterdir() if path.is_dir()} == expected
    assert (out / "config.json").is_file() == (language_way == "full")
    folder = seeing_folder(out, base="sample:model", visual_encoder=None if tower_way == "full" else str(base))
    again = load_parts(folder, _load, sample_tokenizer(), precision="fp32")
    again.model.eval()
    with torch.no_grad():
        before, after = (both.model(**_batch(both)).logits[..., :2048] for both in (parts, again))
        untrained = _joined(base, "frozen", "frozen").model.eval()(**_batch(parts)).logits[..., :2048]
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4)
    assert (after - untrained).abs().max() > 1e-3


@pytest.mark.parametrize(("language_way", "tower_way"), list(product(_WAYS, _WAYS)))
def test_gradients_reach_what_is_trained_and_nothing_else(language_way: Way, tower_way: Way, tmp_path: Path) -> None:
    parts = _joined(save_tower(clip_tower(), tmp_path), language_way, tower_way)
    parts.model(**_batch(parts), labels=_batch(parts)["input_ids"]).loss.backward()
    moved = {name for name, parameter in parts.model.named_parameters() if parameter.grad is not None}
    towers = {name for name in moved if "vision_tower" in name}
    languages = {name for name in moved if "language_model" in name or "lm_head" in name}
    assert {name.split(".")[2] for name in moved - towers - languages} == {"linear_1", "linear_2"}
    for found, way in ((towers, tower_way), (languages, language_way)):
        assert bool(found) == (way != "frozen")
        assert all("lora_" in name for name in found) == (way != "full")


def test_an_adapter_learns_on_four_bits(tmp_path: Path) -> None:
    parts = _joined(save_tower(clip_tower(), tmp_path), "lora", "lora", method="qlora")
    assert parts.model.is_loaded_in_4bit
    first = parts.model(**_batch(parts), labels=torch.tensor([[-100] * (PATCHES + 2) + [51, 52]])).loss
    _train_a_little(parts)
    after = parts.model(**_batch(parts), labels=torch.tensor([[-100] * (PATCHES + 2) + [51, 52]])).loss
    assert after < first


def test_names_of_the_towers_adapter_are_those_of_xtuner(tmp_path: Path) -> None:
    adapted = add_tower_adapter(clip_tower(), _LORA)
    save_tower_adapter(adapted, tmp_path)
    name = "base_model.model.vision_model.encoder.layers.0.self_attn.q_proj.lora_A.weight"
    assert name in load_file(tmp_path / "adapter_model.safetensors")


def test_an_adapter_of_another_tower_is_refused(tmp_path: Path) -> None:
    save_tower_adapter(add_tower_adapter(clip_tower(num_hidden_layers=2), _LORA), tmp_path)
    with pytest.raises(WorkbenchError, match="does not fit") as refused:
        load_tower_adapter(clip_tower(), tmp_path)
    assert refused.value.where == str(tmp_path)


def test_a_towers_adapter_that_is_cut_is_refused(tmp_path: Path) -> None:
    save_tower_adapter(add_tower_adapter(siglip_tower(), _LORA), tmp_path)
    path = tmp_path / "adapter_model.safetensors"
    weights = load_file(path)
    weights.pop(next(iter(weights)))
    save_file(weights, path)
    with pytest.raises(WorkbenchError, match="does not fit"):
        load_tower_adapter(siglip_tower(), tmp_path)


def test_a_layer_that_the_tower_does_not_have_is_named() -> None:
    with pytest.raises(WorkbenchError, match="wqkv") as refused:
        add_tower_adapter(clip_tower(), LoraSettings(target_modules=["wqkv"]))
    assert "q_proj" in str(refused.value.fix)
