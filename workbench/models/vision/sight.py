"""How a model is given pictures: what one becomes, and where that goes among the tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from PIL import Image

from workbench.data.encode import IMAGE_TOKEN, NOT_TRAINED
from workbench.models.vision.pixels import pixel_values, read_picture

Picture = Path | Image.Image
"""A file, read when it is looked at, or what was read already."""


@dataclass(frozen=True)
class Look:
    """What one picture becomes.

    Args:
        ids: tokens that stand for it, in place of one ``IMAGE_TOKEN``.
        inputs: further arguments of the model, by name; those of several pictures are joined along their first
            dimension.
        by_token: names of arguments that say of each token whether it stands for a picture, and the ids of those
            that do.
    """

    ids: list[int]
    inputs: dict[str, torch.Tensor]
    by_token: dict[str, tuple[int, ...]] = field(default_factory=dict)


class Sight(Protocol):
    """Turns pictures into what a model takes; a file that is no picture is a `WorkbenchError`."""

    def look(self, picture: Picture) -> Look: ...


@dataclass(frozen=True)
class TowerSight:
    """The sight of a LLaVA model: ``pixel_values`` ``[1, 3, side, side]``, and one token for each patch.

    Args:
        processor: the vision tower's image processor.
        patches: features that one picture becomes.
    """

    processor: Any
    image_id: int
    patches: int
    pad_image_to_square: bool

    def look(self, picture: Picture) -> Look:
        image = read_picture(picture) if isinstance(picture, Path) else picture
        pixels = pixel_values([image], self.processor, pad_image_to_square=self.pad_image_to_square)
        return Look([self.image_id] * self.patches, {"pixel_values": pixels})


def sight_of(model: Any, processor: Any, *, pad_image_to_square: bool) -> TowerSight:
    """The sight of a ``LlavaForConditionalGeneration``."""
    config = model.config
    return TowerSight(processor, config.image_token_id, config.image_seq_length, pad_image_to_square)


def with_looks(ids: Sequence[int], looks: Sequence[Look]) -> list[int]:
    """The tokens with those of the pictures in place of each ``IMAGE_TOKEN``; there are as many of one as of the other."""
    left = iter(looks)
    return [token for given in ids for token in (next(left).ids if given == IMAGE_TOKEN else (given,))]


def labels_with_looks(ids: Sequence[int], labels: Sequence[int], looks: Sequence[Look]) -> list[int]:
    """The labels that go with `with_looks`: no picture has loss."""
    left = iter(looks)
    return [
        label
        for given, known in zip(ids, labels, strict=True)
        for label in ([NOT_TRAINED] * len(next(left).ids) if given == IMAGE_TOKEN else (known,))
    ]


def joined_inputs(looks: Sequence[Look], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
    """The further arguments of the model for several pictures.

    Args:
        input_ids: int64 ``[rows, tokens]``, those of the pictures among them.
    """
    if not looks:
        return {}
    joined = {name: torch.cat([look.inputs[name] for look in looks]) for name in looks[0].inputs}
    for name in looks[0].by_token:
        of_pictures = sorted({token for look in looks for token in look.by_token[name]})
        joined[name] = torch.isin(input_ids, torch.tensor(of_pictures, device=input_ids.device)).long()
    return joined
