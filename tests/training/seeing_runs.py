"""Trainings that see: the sample's vision tower before its language model, on a few of its pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.training.runs import tiny_config
from workbench.configs.schema import TrainConfig
from workbench.paths import shipped

PICTURES, TEXTS = 12, 6
"""Rows with a picture, and rows without."""


def write_picture_rows(folder: Path) -> Path:
    """Dialogues about the first training pictures, and a few without any."""
    sample = shipped("sample_data")
    about = json.loads((sample / "llava_dialogues.json").read_text(encoding="utf-8"))[:PICTURES]
    for row in about:
        row["image"] = str(sample / row["image"])
    general = json.loads((sample / "general_dialogue.json").read_text(encoding="utf-8"))[:TEXTS]
    names = {"user": "human", "assistant": "gpt"}
    rest = [
        {"conversations": [{"from": names[turn["role"]], "value": turn["content"]} for turn in row["messages"]]}
        for row in general
    ]
    rows = [row for pair in zip(about[:TEXTS], rest, strict=True) for row in pair] + about[TEXTS:]
    path = folder / "seen.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def seeing_config(rows: Path, **changes: Any) -> TrainConfig:
    """18 rows: 5 iterations of 4 rows, 3 optimiser steps of 2 iterations."""
    settings: dict[str, Any] = {
        "dataset_format": "llava",
        "visual_encoder_name_or_path": "sample:vision_tower",
        "image_folder": "sample:",
        "pad_image_to_square": True,
        "max_length": 256,
        "max_epochs": 1,
        "save_steps": 2,
        "deepspeed": "none",
        "method": "lora",
    }
    return tiny_config(rows, **(settings | changes))
