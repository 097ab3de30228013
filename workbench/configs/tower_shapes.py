"""The sizes of vision towers (CLIP, SigLIP), from ``config.json`` or a table of known names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from workbench.paths import resolve_model


@dataclass(frozen=True)
class TowerShape:
    """A vision transformer. ``image_size`` and ``patch_size`` are pixels of a side."""

    hidden_size: int
    layers: int
    intermediate_size: int
    image_size: int
    patch_size: int

    @property
    def patches(self) -> int:
        """What one picture becomes in the language model, in places."""
        return (self.image_size // self.patch_size) ** 2

    @property
    def linear_shapes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of one layer's six linear maps: q, k, v, o, and two of the feed-forward layer."""
        hidden, wide = self.hidden_size, self.intermediate_size
        return [(hidden, hidden)] * 4 + [(hidden, wide), (wide, hidden)]

    @property
    def parameters(self) -> int:
        """All weights: of the layers with their biases and norms, of patches, positions, class token and outer norms."""
        in_layer = sum((inputs + 1) * outputs for inputs, outputs in self.linear_shapes) + 4 * self.hidden_size
        outside = 3 * self.patch_size**2 + self.patches + 1 + 1 + 4
        return self.layers * in_layer + outside * self.hidden_size

    def adapter_parameters(self, rank: int) -> int:
        """Weights of LoRA adapters of this rank on all six linear maps."""
        return self.layers * sum(rank * (inputs + outputs) for inputs, outputs in self.linear_shapes)


# From the models' own config.json.
KNOWN_TOWERS = {
    "openai/clip-vit-large-patch14-336": TowerShape(1024, 24, 4096, 336, 14),
    "openai/clip-vit-large-patch14": TowerShape(1024, 24, 4096, 224, 14),
    "google/siglip-so400m-patch14-384": TowerShape(1152, 27, 4304, 384, 14),
}


def tower_shape_of(tower: str) -> TowerShape | None:
    """The sizes of a local folder or a known hub name; None if they cannot be had without loading it."""
    path = Path(resolve_model(tower)) / "config.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return KNOWN_TOWERS.get(tower)
    try:
        facts = facts.get("vision_config", facts)  # of the whole two-tower model, or of the tower alone
        return TowerShape(
            hidden_size=int(facts["hidden_size"]),
            layers=int(facts["num_hidden_layers"]),
            intermediate_size=int(facts["intermediate_size"]),
            image_size=int(facts["image_size"]),
            patch_size=int(facts["patch_size"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def projector_parameters(tower: TowerShape, width: int) -> int:
    """Weights of the two linear maps between a tower and a language model of this width, with their biases."""
    return (tower.hidden_size + 1) * width + (width + 1) * width
