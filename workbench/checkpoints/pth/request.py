"""What to convert into what."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel

SaveFormat = Literal["xtuner", "official", "huggingface"]


class PthRequest(BaseModel):
    """The arguments of a conversion.

    ``config``: a path or name; without one the names of the tensors tell what was trained. ``base`` and
    ``visual_encoder`` stand for what the config names. ``lora_alpha``: of the adapters, where no config tells it.
    ``cfg_options``: changes to the config, ``NAME=VALUE``.
    ``safe``: safetensors instead of ``.bin``.
    """

    pth: Path
    target: Path
    config: str | None = None
    base: str | None = None
    visual_encoder: str | None = None
    lora_alpha: int | None = None
    cfg_options: list[str] = []
    fp32: bool = False
    max_shard_bytes: int = 2 * 10**9
    safe: bool = True
    save_format: SaveFormat = "xtuner"
    overwrite: bool = False
