"""Pictures drawn for the vision tower, as tensors, and what it should say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

import numpy as np
import torch

from sample_data.seeing.drawing import SIDE, mask, paint
from sample_data.seeing.world import COLOURS, PLACES, SCENES, SHAPES, Kind, Picture, PictureMaker

PATCH = 16
ROWS = SIDE // PATCH
"""Patches beside each other, and one above the other."""
NAMES = (*SHAPES, *SCENES)
NONE = -100
"""Where a question makes no sense."""
_SHARES: dict[Kind, float] = {"single": 0.3, "group": 0.35, "pair": 0.2, "scene": 0.15}
_COLOURS = tuple(COLOURS)
_LEAST_COVER = 0.12
"""A patch belongs to a thing that covers this share of it."""


@dataclass(frozen=True)
class Lessons:
    """A row of each tensor for each picture.

    Args:
        pixels: bytes ``[pictures, 3, SIDE, SIDE]``.
        names: 1 for each thing that is there, else 0; ``[pictures, NAMES]``; ``colours`` likewise.
        count: things but one ``[pictures]``; ``place`` likewise, a number of `PLACES`.
        patch_name: 0, or a number of `NAMES` from 1 ``[pictures, patches]``; ``patch_colour`` likewise.
    """

    pixels: torch.Tensor
    names: torch.Tensor
    colours: torch.Tensor
    count: torch.Tensor
    place: torch.Tensor
    patch_name: torch.Tensor
    patch_colour: torch.Tensor

    def chosen(self, rows: torch.Tensor) -> Lessons:
        """Those of some of the pictures."""
        return Lessons(**{part.name: getattr(self, part.name)[rows] for part in fields(self)})


def lessons(seed: int, count: int) -> Lessons:
    """Pictures drawn by lot, none of which shows a thing in a colour that is held out."""
    pictures = list(islice(PictureMaker(seed).endless(_SHARES), count))
    pixels = np.stack([np.asarray(paint(picture)) for picture in pictures])
    patch_names, patch_colours = zip(*(_patches(picture) for picture in pictures), strict=True)
    return Lessons(
        pixels=torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(),
        names=_marked([[thing.name for thing in picture.things] for picture in pictures], NAMES),
        colours=_marked([[thing.colour for thing in picture.things] for picture in pictures], _COLOURS),
        count=torch.tensor([_count(picture) for picture in pictures]),
        place=torch.tensor([_place(picture) for picture in pictures]),
        patch_name=torch.stack(patch_names),
        patch_colour=torch.stack(patch_colours),
    )


def _marked(shown: Sequence[Sequence[str]], known: tuple[str, ...]) -> torch.Tensor:
    return torch.tensor([[float(word in words) for word in known] for words in shown])


def _count(picture: Picture) -> int:
    return picture.count - 1 if picture.kind in {"single", "group"} else NONE


def _place(picture: Picture) -> int:
    return PLACES.index(picture.place) if picture.kind == "single" else NONE


def owners(picture: Picture) -> np.ndarray[Any, Any]:
    """Which thing each patch belongs to, row by row: 0 none, else the thing's number from 1; ``[patches]``."""
    pixels = np.asarray(mask(picture)).reshape(ROWS, PATCH, ROWS, PATCH).transpose(0, 2, 1, 3).reshape(ROWS**2, -1)
    cover = np.stack([(pixels == number).mean(axis=1) for number in range(1, picture.count + 1)])
    return np.where(cover.max(axis=0) >= _LEAST_COVER, cover.argmax(axis=0) + 1, 0)


def _patches(picture: Picture) -> tuple[torch.Tensor, torch.Tensor]:
    """The thing and the colour of each patch, 0 for none, row by row."""
    owner = owners(picture)
    names = np.array([0] + [NAMES.index(thing.name) + 1 for thing in picture.things])
    colours = np.array([0] + [_COLOURS.index(thing.colour) + 1 for thing in picture.things])
    return torch.from_numpy(names[owner]), torch.from_numpy(colours[owner])
