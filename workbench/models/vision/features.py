"""Features of pictures kept in place of the pictures: while the tower is frozen they are always the same."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers.modeling_outputs import BaseModelOutput


def tower_features(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """What a LLaVA model's projector is given: ``[pictures, patches, width]`` for pixels ``[pictures, 3, side, side]``."""
    config, tower = model.config, model.model.vision_tower
    layer = config.vision_feature_layer
    with torch.no_grad():
        found: torch.Tensor = tower(pixels.to(tower.device, tower.dtype), output_hidden_states=True).hidden_states[
            layer
        ]
    return found[:, 1:] if config.vision_feature_select_strategy == "default" else found


class KnownFeatures(nn.Module):
    """Stands where the tower was; ``pixel_values`` are features then, ``[pictures, patches, width]``."""

    def __init__(self, layer: int, *, has_class_token: bool) -> None:
        super().__init__()
        self._layer = layer
        self._first = int(has_class_token)

    def forward(self, pixel_values: torch.Tensor, **_settings: Any) -> BaseModelOutput:
        """The features at the layer that is asked for, after an empty one where the class token would be."""
        shown = nn.functional.pad(pixel_values, (0, 0, self._first, 0))
        count = -self._layer if self._layer < 0 else self._layer + 1
        return BaseModelOutput(hidden_states=(shown,) * count)


def without_tower(model: Any) -> Any:
    """The same LLaVA model, in place, taking features for pixels; the tower is no longer in it."""
    config = model.config
    model.model.vision_tower = KnownFeatures(
        config.vision_feature_layer, has_class_token=config.vision_feature_select_strategy == "default"
    )
    return model
