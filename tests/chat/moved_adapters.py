"""Adapters of the sample model whose weights are at random, so that each answers differently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from workbench.configs.method_settings import LoraSettings
from workbench.models.adapters import add_adapter
from workbench.models.load import load_language_model


def moved(adapted: Any, folder: Path, seed: int) -> Path:
    """An adapter with its weights drawn by lot, saved."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter += torch.randn_like(parameter) * 0.1
    adapted.save_pretrained(folder)
    return folder


def moved_adapter(folder: Path, rank: int) -> Path:
    """One of the sample model."""
    base = load_language_model("sample:model", precision="fp32")
    return moved(add_adapter(base, LoraSettings(r=rank, lora_dropout=0.0), "lora"), folder, rank)
