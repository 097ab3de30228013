"""Kept features take the tower's place, and nothing changes by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from tests.models.vision.tiny import PATCHES, clip_tower, language_model, picture_pixels, sample_tokenizer, siglip_tower
from workbench.models.vision.assembly import assemble
from workbench.models.vision.features import tower_features, without_tower
from workbench.models.vision.tower import VisionTower

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("layer", [-2, -1, 1])
@pytest.mark.parametrize("make_tower", [clip_tower, siglip_tower])
@torch.no_grad()
def test_the_answer_from_features_is_that_from_the_picture(make_tower: Callable[[], VisionTower], layer: int) -> None:
    model = assemble(language_model("internlm2"), make_tower(), sample_tokenizer(), selected_layer=layer)
    ids = torch.tensor([[1, *[model.config.image_token_id] * PATCHES, 50, 51]])
    pixels = picture_pixels()
    expected = model(input_ids=ids, pixel_values=pixels).logits
    features = tower_features(model, pixels)
    blind = without_tower(model)
    assert not any("vision_tower" in name for name, _parameter in blind.named_parameters())
    torch.testing.assert_close(blind(input_ids=ids, pixel_values=features).logits, expected, rtol=0, atol=0)


def test_the_projector_learns_from_features() -> None:
    model = without_tower(assemble(language_model("internlm2"), clip_tower(), sample_tokenizer()))
    ids = torch.tensor([[1, *[model.config.image_token_id] * PATCHES, 50, 51]])
    features = torch.randn(1, PATCHES, 24, generator=torch.Generator().manual_seed(1))
    model(input_ids=ids, pixel_values=features, labels=ids).loss.backward()
    assert model.model.multi_modal_projector.linear_1.weight.grad.abs().sum() > 0
