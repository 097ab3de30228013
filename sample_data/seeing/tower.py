"""Train the small CLIP vision tower on drawn pictures: it learns to tell what is in them, and where.

Each patch of the penultimate layer, which LLaVA hands to the language model, says the thing and the colour at its
place, and what the whole picture shows; the pooled output of the last layer says the latter. No picture shows a thing
in a colour that is held out.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as nn_functional
from transformers import CLIPVisionConfig, CLIPVisionModel

from sample_data.seeing.drawing import SIDE
from sample_data.seeing.lessons import NAMES, NONE, PATCH, Lessons, lessons
from sample_data.seeing.world import COLOURS, PLACES

SEED = 31
PICTURES = 8000
STEPS = 1500
BATCH = 48
PEAK_LR = 2e-3
WARM_UP = 80
MEAN, SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of each channel, as CLIP has them."""
_MOST = 5
"""Things in one picture."""
_EMPTY_WEIGHT = 0.2
"""Of a patch without a thing, against one with a thing: there are many more of them."""


def build_tower() -> CLIPVisionModel:
    """A CLIP vision tower of 0.6 million parameters."""
    config = CLIPVisionConfig(
        image_size=SIDE,
        patch_size=PATCH,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        projection_dim=128,
    )
    return CLIPVisionModel(config)


class _Whole(nn.ModuleDict):
    """Linear readings of what a whole picture shows, for training only."""

    def __init__(self, width: int) -> None:
        sizes = {"names": len(NAMES), "colours": len(COLOURS), "count": _MOST, "place": len(PLACES)}
        super().__init__({what: nn.Linear(width, size) for what, size in sizes.items()})

    def loss(self, features: torch.Tensor, targets: Lessons) -> torch.Tensor:
        """Of features ``[pictures, readers, width]``, each of which should say it, added up over what is read."""
        readers = features.shape[1]
        found = features.new_zeros(())
        for what in ("names", "colours"):
            said, target = self[what](features), getattr(targets, what)[:, None]
            found = found + 3 * nn_functional.binary_cross_entropy_with_logits(said, target.expand_as(said))
        for what in ("count", "place"):
            said, target = self[what](features).flatten(0, 1), getattr(targets, what).repeat_interleave(readers)
            found = found + nn_functional.cross_entropy(said, target, ignore_index=NONE)
        return found


class _Heads(nn.Module):
    """Linear readings of the features, for training only."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.patch_name = nn.Linear(width, len(NAMES) + 1)
        self.patch_colour = nn.Linear(width, len(COLOURS) + 1)
        self.from_patch = _Whole(width)
        self.from_pooled = _Whole(width)

    def loss(self, patches: torch.Tensor, pooled: torch.Tensor, targets: Lessons) -> torch.Tensor:
        """Cross entropy of all readings, added up; patches ``[pictures, patches, width]``."""
        found = self.from_pooled.loss(pooled[:, None], targets) + self.from_patch.loss(patches, targets)
        for head, target in ((self.patch_name, targets.patch_name), (self.patch_colour, targets.patch_colour)):
            weight = torch.ones(head.out_features)
            weight[0] = _EMPTY_WEIGHT
            found = found + nn_functional.cross_entropy(head(patches).flatten(0, 1), target.flatten(), weight=weight)
        return found


def normalised(pixels: torch.Tensor) -> torch.Tensor:
    """What the image processor makes of pictures of the right size: bytes ``[pictures, 3, SIDE, SIDE]`` to floats."""
    mean, spread = (torch.tensor(values)[:, None, None] for values in (MEAN, SPREAD))
    return (pixels.float() / 255 - mean) / spread


def _learning_rate(step: int, steps: int) -> float:
    if step < WARM_UP:
        return PEAK_LR * (step + 1) / WARM_UP
    return PEAK_LR * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / (steps - WARM_UP))))


def _orders(count: int) -> Iterator[torch.Tensor]:
    """Numbers of pictures, a batch at a time, each picture once before any comes again."""
    draw = torch.Generator().manual_seed(SEED)
    while True:
        yield from torch.randperm(count, generator=draw)[: count - count % BATCH].split(BATCH)


def train_tower(folder: Path, *, pictures: int = PICTURES, steps: int = STEPS) -> CLIPVisionModel:
    """Train on one core, so that the sums are always added in the same order, and save; about 10 minutes."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    began = time.monotonic()
    drawn = lessons(SEED, pictures)
    print(f"{pictures} pictures drawn in {time.monotonic() - began:.0f} s", flush=True)
    tower = build_tower()
    heads = _Heads(tower.config.hidden_size)
    parameters = [*tower.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=PEAK_LR, betas=(0.9, 0.98), weight_decay=0.05)
    print(f"{tower.num_parameters():,} parameters", flush=True)
    for step, order in enumerate(islice(_orders(pictures), steps)):
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, steps)
        batch = drawn.chosen(order)
        output = tower(normalised(batch.pixels), output_hidden_states=True)
        loss = heads.loss(output.hidden_states[-2][:, 1:], output.pooler_output, batch)
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
