"""What a probe trains on: the longest batches that a training can meet, made up. Imports nothing heavy."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.training.probe import STEPS

_ROWS_FILE = "rows.jsonl"
_PICTURE_FILE = "picture.png"
_MOST_ACCUMULATED = 2
"""Micro-batches of a step that are enough to see the gradients of one lie there while the next is computed."""


def probe_config(config: TrainConfig, folder: Path, *, batch_size: int, length: int, processes: int) -> TrainConfig:
    """The config with rows of ``length`` tokens in place of its data, for `STEPS` optimiser steps.

    Every token of an answer is trained, which is the most that the loss can take; a model that sees has a picture in
    every row, which counts as one token of its length.

    Args:
        folder: where the rows are written.
        batch_size: rows of one micro-batch of one process.
    """
    accumulated = min(config.accumulative_counts, _MOST_ACCUMULATED)
    iterations = accumulated * STEPS
    text = json.dumps(_row(config, length), ensure_ascii=False) + "\n"
    if config.sees:
        _draw(folder / _PICTURE_FILE)
    (folder / _ROWS_FILE).write_text(text * (batch_size * iterations * processes), encoding="utf-8")
    return TrainConfig.model_validate(
        config.model_dump()
        | {
            "data_path": str(folder / _ROWS_FILE),
            "dataset_format": "auto",
            "image_folder": str(folder) if config.sees else None,
            "dataset_columns": {},
            "max_dataset_length": None,
            "max_length": length,
            "batch_size": batch_size,
            "accumulative_counts": accumulated,
            "max_epochs": 1,
            "max_iters": iterations,
            "torch_compile": False,
            "save_steps": -1,
            "eval_ratio": 0.0,
            "eval_data_path": None,
            "early_stopping_patience": None,
            "evaluation_freq": -1,
            "evaluation_inputs": [],
            "evaluation_images": [],
            "identity_probes": None,
            "retention_probes": None,
            "image_probes": None,
            "question_sets": {},
            "report_to": [],
        }
    )


def _draw(path: Path) -> None:
    """A picture of any size: the tower sees all of them in its own."""
    from PIL import Image

    Image.new("RGB", (8, 8)).save(path)


def _row(config: TrainConfig, length: int) -> dict[str, object]:
    """A row with at least so many tokens, whatever the tokenizer joins: one number is one token or more."""
    long = " ".join(str(number % 10) for number in range(length))
    if config.stage == "pretrain":
        return {"text": long}
    if config.sees:
        asked_about = {"from": "human", "value": "<image>\n1"}
        return {"image": _PICTURE_FILE, "conversations": [asked_about, {"from": "gpt", "value": long}]}
    asked = {"role": "user", "content": "1"}
    if config.stage == "sft":
        return {"messages": [asked, {"role": "assistant", "content": long}]}
    return {
        "prompt": [asked],
        "chosen": [{"role": "assistant", "content": long}],
        "rejected": [{"role": "assistant", "content": long}],
    }
