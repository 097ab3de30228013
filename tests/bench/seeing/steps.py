"""A step of the first stage, with the tower in it and with features that are known."""

from __future__ import annotations

import time
from typing import Any

import torch
from transformers import CLIPImageProcessorPil, CLIPVisionConfig, CLIPVisionModel

from tests.bench.measurement import Figure, Settings, times
from workbench.models.load import load_language_model, load_tokenizer
from workbench.models.vision.features import tower_features, without_tower
from workbench.models.vision.parts import freeze, join
from workbench.models.vision.tower import VisionTower, load_vision_tower

_TEXT = 40
_VIT_L: dict[str, Any] = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 336,
    "patch_size": 14,
}


def step_figures(settings: Settings) -> list[Figure]:
    """The sample's tower, and one of the sizes of CLIP ViT-L/14-336 with weights drawn by lot."""
    short = settings.seconds < Settings.seconds
    found = _figures("the sample's tower, 16 pictures", load_vision_tower("sample:vision_tower"), 16, settings.runs)
    return found if short else [*found, *_figures("a ViT-L/14-336, 4 pictures", _large_tower(), 4, 3)]


def _figures(what: str, tower: VisionTower, pictures: int, runs: int) -> list[Figure]:
    language = load_language_model("sample:model", precision="fp32")
    freeze(language)
    freeze(tower.model)
    model = join(language, tower, load_tokenizer("sample:model")).model.train()
    side = tower.model.config.image_size
    pixels = torch.randn(pictures, 3, side, side)
    ids = torch.tensor([[1, *[model.config.image_token_id] * tower.patches, *range(50, 50 + _TEXT)]] * pictures)
    labels = torch.where(ids < 50, -100, ids)
    with_tower = [_step(model, ids, labels, pixels) for _ in range(runs + 1)][1:]
    features = tower_features(model, pixels)
    without_tower(model)
    known = [_step(model, ids, labels, features) for _ in range(runs + 1)][1:]
    base = Figure(f"{what}: a step with the tower", with_tower, "s")
    figure = Figure(f"{what}: a step with known features", known, "s")
    return [base, Figure(figure.what, known, "s", compared=f"{times(base.value, figure.value, '')}faster")]


def _step(model: Any, ids: torch.Tensor, labels: torch.Tensor, pixels: torch.Tensor) -> float:
    began = time.perf_counter()
    model.zero_grad()
    model(input_ids=ids, labels=labels, pixel_values=pixels).loss.backward()
    return time.perf_counter() - began


def _large_tower() -> VisionTower:
    torch.manual_seed(1)
    side = {"height": 336, "width": 336}
    return VisionTower(
        "ViT-L/14-336", CLIPVisionModel(CLIPVisionConfig(**_VIT_L)), CLIPImageProcessorPil(crop_size=side)
    )
