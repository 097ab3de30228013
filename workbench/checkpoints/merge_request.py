"""What to merge into what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch

from workbench.i18n import _

MergedDtype = Literal["auto", "fp32", "fp16", "bf16"]
MergeDevice = Literal["cpu", "cuda", "auto"]
OneModelFormat = Literal["huggingface", "official"]
_DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class MergeRequest:
    """``dtype`` auto keeps the base's own precision; ``is_clip``: only the vision tower.

    ``visual_encoder`` and ``save_format``: of a LLaVA folder in place of an adapter; its tower if it is not the noted
    one, and the layout of the result. An empty ``base`` is then the noted one.
    """

    base: str
    adapter: Path
    target: Path
    dtype: MergedDtype = "auto"
    max_shard_bytes: int = 2 * 10**9
    safe: bool = True
    is_clip: bool = False
    device: MergeDevice = "cpu"
    overwrite: bool = False
    visual_encoder: str | None = None
    save_format: OneModelFormat = "huggingface"

    @property
    def torch_dtype(self) -> torch.dtype | None:
        """The number format of the result; None keeps what there is."""
        return _DTYPES.get(self.dtype)

    def product_device(self, notes: list[str]) -> str:
        """Where products are computed; a note says if it is not where it was asked for."""
        if self.device == "cpu":
            return "cpu"
        if torch.cuda.is_available():
            return "cuda"
        if self.device == "cuda":
            notes.append(_("There is no usable NVIDIA GPU here; the merge ran on the CPU."))
        return "cpu"


@dataclass
class Merged:
    """The merged model's folder, whether it is one to talk with, and what its user should know about it."""

    folder: Path
    is_language_model: bool
    notes: list[str] = field(default_factory=list)
