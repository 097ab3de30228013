"""Vision towers are loaded alone or out of a whole two-tower model; what is none is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import CLIPConfig, CLIPModel

from tests.models.vision.tiny import SIDE, clip_tower, language_model, picture_pixels, save_tower, siglip_tower
from workbench.errors import WorkbenchError
from workbench.models.vision.tower import VisionTower, freeze_unused, load_vision_tower

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("make", [clip_tower, siglip_tower])
@torch.no_grad()
def test_a_tower_comes_back_from_its_folder(make: object, tmp_path: Path) -> None:
    tower = make()  # type: ignore[operator]
    again = load_vision_tower(str(save_tower(tower, tmp_path)), precision="fp32")
    pixels = picture_pixels()
    assert torch.equal(again.model(pixels).last_hidden_state, tower.model(pixels).last_hidden_state)
    assert (again.has_class_token, again.patches, again.width) == (make is clip_tower, 16, 24)


@torch.no_grad()
def test_the_tower_of_a_whole_clip_model_is_taken(tmp_path: Path) -> None:
    tower = clip_tower()
    text = {"vocab_size": 50, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    config = CLIPConfig(text_config=text | {"num_attention_heads": 2}, vision_config=tower.model.config.to_dict())
    whole = CLIPModel(config).eval()
    whole.save_pretrained(tmp_path)
    tower.processor.save_pretrained(tmp_path)
    found = load_vision_tower(str(tmp_path), precision="fp32").model(picture_pixels()).last_hidden_state
    expected = whole.vision_model(picture_pixels()).last_hidden_state
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


def test_a_processor_of_another_size_is_refused(tmp_path: Path) -> None:
    save_tower(clip_tower(), tmp_path)
    path = tmp_path / "preprocessor_config.json"
    other = {"crop_size": {"height": 336, "width": 336}, "size": {"shortest_edge": 336}}
    path.write_text(json.dumps(json.loads(path.read_text()) | other))
    with pytest.raises(WorkbenchError, match=f"{SIDE}x{SIDE}.*336x336"):
        load_vision_tower(str(tmp_path))


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    language_model("llama").save_pretrained(tmp_path)
    with pytest.raises(WorkbenchError, match="llama"):
        load_vision_tower(str(tmp_path))


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(WorkbenchError, match="does not exist") as refused:
        load_vision_tower("./nowhere")
    assert "visual_encoder_name_or_path" in str(refused.value.fix)


def test_a_tower_without_all_its_weights_is_refused(tmp_path: Path) -> None:
    save_tower(clip_tower(num_hidden_layers=2), tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"num_hidden_layers": 3}))
    with pytest.raises(WorkbenchError, match="missing"):
        load_vision_tower(str(tmp_path))


@pytest.mark.parametrize("make_tower", [clip_tower, siglip_tower])
@pytest.mark.parametrize("layer", [-1, -2, 1])
def test_what_comes_after_the_features_is_not_trained(make_tower: Callable[[], VisionTower], layer: int) -> None:
    tower = make_tower().model
    freeze_unused(tower, layer)
    pixels = picture_pixels()
    tower(pixels, output_hidden_states=True).hidden_states[layer].sum().backward()
    trained = {name for name, parameter in tower.named_parameters() if parameter.requires_grad}
    assert trained == {name for name, parameter in tower.named_parameters() if parameter.grad is not None}
