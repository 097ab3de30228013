"""InternLM2 models on disk, as they are published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from tests.models.internlm2_cases import weights_of


def published(folder: Path, config: dict[str, Any], weights: dict[str, torch.Tensor] | None = None) -> Path:
    """The folder of a model under InternLM2's own names; by default with the weights of the formula."""
    folder.mkdir()
    said = {name: value for name, value in config.items() if value is not None or name == "rope_scaling"}
    (folder / "config.json").write_text(json.dumps(said, indent=2))
    save_file(weights_of(config) if weights is None else weights, folder / "model.safetensors", {"format": "pt"})
    return folder
