"""What every part of a conversion needs to know, and what each part gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from workbench.checkpoints.pth.parts import Parts
from workbench.checkpoints.pth.request import PthRequest
from workbench.checkpoints.weight_writing import ONE_FILE, PlannedTensor
from workbench.configs.xtuner.read import XTunerConfig


@dataclass(frozen=True)
class Context:
    """A checkpoint that is being converted."""

    request: PthRequest
    parts: Parts
    model: XTunerConfig

    @property
    def language_dtype(self) -> torch.dtype:
        """Number format of the language model and its adapter; the other parts keep theirs."""
        return torch.float32 if self.request.fp32 else torch.float16

    @property
    def has_images(self) -> bool:
        return bool(self.parts.projector or self.parts.visual_encoder)


@dataclass(frozen=True)
class PlannedFolder:
    """A folder of the result. ``name``: within it, empty for itself.

    ``finish``: writes what is no weight; returns what the user should know of that, translated.
    """

    name: str
    plan: list[PlannedTensor]
    finish: Callable[[Path], list[str] | None]
    max_shard_bytes: int = ONE_FILE
