"""Train the small CLIP vision tower on pictures drawn without end: it learns to tell what is in them, and where.

Each patch of the penultimate layer, which LLaVA hands to the language model, says the thing and the colour at its
place; the mean of these patches, and the pooled output of the last layer, say what the whole picture shows.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as nn_functional
from transformers import CLIPVisionConfig, CLIPVisionModel

from sample_data.seeing.drawing import SIDE, mask, paint
from sample_data.seeing.world import COLOURS, PLACES, SCENES, SHAPES, Kind, Picture, PictureMaker

SEED = 31
STEPS = 2400
BATCH = 64
PEAK_LR = 1e-3
WARM_UP = 100
PATCH = 14
PATCHES = (SIDE // PATCH) ** 2
SHARES: dict[Kind, float] = {"single": 0.3, "group": 0.35, "pair": 0.2, "scene": 0.15}
MEAN, SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of each channel, as CLIP has them."""
NAMES = (*SHAPES, *SCENES)
_COLOUR_NAMES = tuple(COLOURS)
_NONE = -100
_LEAST_COVER = 0.12
"""A patch belongs to a thing that covers this share of it."""


def build_tower() -> CLIPVisionModel:
    """A CLIP vision tower of 0.9 million parameters."""
    config = CLIPVisionConfig(
        image_size=SIDE,
        patch_size=PATCH,
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        projection_dim=128,
    )
    return CLIPVisionModel(config)


class _Heads(nn.Module):
    """Linear readings of the features, for training only."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.patch_name = nn.Linear(width, len(NAMES) + 1)
        self.patch_colour = nn.Linear(width, len(COLOURS) + 1)
        whole = {"names": len(NAMES), "colours": len(COLOURS), "count": 5, "place": len(PLACES)}
        self.mean = nn.ModuleDict({what: nn.Linear(width, size) for what, size in whole.items()})
        self.pooled = nn.ModuleDict({what: nn.Linear(width, size) for what, size in whole.items()})


def pixels_of(images: list[Image.Image]) -> torch.Tensor:
    """What the image processor makes of pictures of the right size; shape ``[pictures, 3, SIDE, SIDE]``."""
    raw = torch.from_numpy(np.stack([np.asarray(image) for image in images])).permute(0, 3, 1, 2)
    mean, spread = (torch.tensor(values)[:, None, None] for values in (MEAN, SPREAD))
    return (raw.float() / 255 - mean) / spread


def _targets(pictures: list[Picture]) -> dict[str, torch.Tensor]:
    """What the heads should say, a row for each picture; -100 where the question makes no sense."""
    names = torch.zeros(len(pictures), len(NAMES))
    colours = torch.zeros(len(pictures), len(COLOURS))
    for row, picture in enumerate(pictures):
        for thing in picture.things:
            names[row, NAMES.index(thing.name)] = 1
            colours[row, _COLOUR_NAMES.index(thing.colour)] = 1
    one_kind = ("single", "group")
    counts = [picture.count - 1 if picture.kind in one_kind else _NONE for picture in pictures]
    places = [PLACES.index(picture.place) if picture.kind == "single" else _NONE for picture in pictures]
    patch_names, patch_colours = zip(*(_patch_targets(picture) for picture in pictures), strict=True)
    return {
        "names": names,
        "colours": colours,
        "count": torch.tensor(counts),
        "place": torch.tensor(places),
        "patch_name": torch.stack(patch_names),
        "patch_colour": torch.stack(patch_colours),
    }


def _patch_targets(picture: Picture) -> tuple[torch.Tensor, torch.Tensor]:
    """The thing and the colour of each patch, 0 for none, row by row."""
    rows = SIDE // PATCH
    owners = np.asarray(mask(picture)).reshape(rows, PATCH, rows, PATCH).transpose(0, 2, 1, 3).reshape(PATCHES, -1)
    cover = np.stack([(owners == number).mean(axis=1) for number in range(1, picture.count + 1)])
    owner = np.where(cover.max(axis=0) >= _LEAST_COVER, cover.argmax(axis=0) + 1, 0)
    names = np.array([0] + [NAMES.index(thing.name) + 1 for thing in picture.things])
    colours = np.array([0] + [_COLOUR_NAMES.index(thing.colour) + 1 for thing in picture.things])
    return torch.from_numpy(names[owner]), torch.from_numpy(colours[owner])


def _loss(heads: Any, penultimate: torch.Tensor, pooled: torch.Tensor, targets: dict[str, torch.Tensor]) -> Any:
    """Cross entropy of all heads, added up."""
    whole = ((heads.mean, penultimate.mean(dim=1)), (heads.pooled, pooled))
    loss = sum(
        nn_functional.cross_entropy(head(penultimate).flatten(0, 1), targets[what].flatten())
        for what, head in (("patch_name", heads.patch_name), ("patch_colour", heads.patch_colour))
    )
    for readings, features in whole:
        for what in ("names", "colours"):
            loss = loss + 3 * nn_functional.binary_cross_entropy_with_logits(readings[what](features), targets[what])
        for what in ("count", "place"):
            loss = loss + nn_functional.cross_entropy(readings[what](features), targets[what], ignore_index=_NONE)
    return loss


def _learning_rate(step: int, steps: int) -> float:
    if step < WARM_UP:
        return PEAK_LR * (step + 1) / WARM_UP
    return PEAK_LR * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / (steps - WARM_UP))))


def _batches(seed: int) -> Iterator[list[Picture]]:
    pictures = PictureMaker(seed).endless(SHARES)
    while True:
        yield list(islice(pictures, BATCH))


def train_tower(folder: Path, steps: int = STEPS) -> CLIPVisionModel:
    """Train and save; about 12 minutes on two cores."""
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    tower = build_tower()
    heads = _Heads(tower.config.hidden_size)
    parameters = [*tower.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=PEAK_LR, betas=(0.9, 0.98), weight_decay=0.05)
    print(f"{tower.num_parameters():,} parameters", flush=True)
    began = time.monotonic()
    for step, pictures in enumerate(islice(_batches(SEED), steps)):
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, steps)
        output = tower(pixels_of([paint(picture) for picture in pictures]), output_hidden_states=True)
        loss = _loss(heads, output.hidden_states[-2][:, 1:], output.pooler_output, _targets(pictures))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if step % 50 == 0 or step == steps - 1:
            print(f"step {step} loss {loss.item():.4f} {time.monotonic() - began:.0f} s", flush=True)
    save_tower(tower, folder)
    return tower


def save_tower(tower: CLIPVisionModel, folder: Path) -> None:
    """Write the weights in half precision, and what an image processor needs to know."""
    tower.half().save_pretrained(folder)
    tower.float()
    text = json.dumps(_processor(), indent=2)
    (folder / "preprocessor_config.json").write_text(text + "\n", encoding="utf-8")


def _processor() -> dict[str, Any]:
    """The settings of CLIP's image processor: the shorter side to ``SIDE`` pixels, then the middle square."""
    return {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"shortest_edge": SIDE},
        "resample": 3,
        "do_center_crop": True,
        "crop_size": {"height": SIDE, "width": SIDE},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": list(MEAN),
        "image_std": list(SPREAD),
    }
