"""What every part of a conversion needs to know."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from workbench.checkpoints.pth.parts import Parts
from workbench.checkpoints.pth.request import PthRequest
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
