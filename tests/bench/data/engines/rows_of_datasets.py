"""What the engines built on ``datasets`` share."""

from __future__ import annotations

from typing import Any

from datasets import Dataset, load_dataset

from tests.bench.data.engines.job import Job, Made


def read(job: Job) -> Dataset:
    """The file, into the library's own cache."""
    return load_dataset("json", data_files=job.data, split="train", cache_dir=f"{job.scratch}/read")


def messages(row: dict[str, Any]) -> dict[str, Any]:
    """An Alpaca row as a dialogue, with the line break between instruction and input that workbench writes too."""
    asked = f"{row['instruction']}\n{row['input']}"
    return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": row["output"]}]}


def counts(dataset: Dataset) -> Made:
    """Of each row; padding has no place in the attention mask."""
    for row in dataset.with_format("numpy"):
        tokens = row["attention_mask"] > 0 if "attention_mask" in row else row["input_ids"] >= 0
        yield int(tokens.sum()), int((row["labels"] != -100).sum())
