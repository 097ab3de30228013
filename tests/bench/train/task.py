"""What every trainer is given: a model of random weights, rows of tokens, and an adapter to begin with."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.paths import shipped

VOCABULARY = 32_000
ROWS, BATCH, LONGEST = 160, 4, 512
STEPS = ROWS // BATCH
"""Optimiser steps of an epoch; the first epoch warms up, the second one is timed."""
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_SHARE_ASKED = 0.4


@dataclass(frozen=True)
class Sizes:
    """A decoder with a vocabulary of 32,000 and an output head of its own."""

    name: str
    kind: str
    hidden: int
    layers: int
    heads: int
    wide: int


TINY = Sizes("19 M", "qwen2", 256, 4, 4, 688)
SMALL = Sizes("55 M", "llama", 512, 8, 8, 1376)


@dataclass(frozen=True)
class Task:
    """One training: the folder with its model, rows and adapter, and what is trained."""

    folder: Path
    method: str
    lr: float

    @property
    def model(self) -> Path:
        return self.folder / "model"

    @property
    def rows(self) -> Path:
        return self.folder / "rows.jsonl"

    @property
    def dataset(self) -> Path:
        return self.folder / "dataset"

    @property
    def adapter(self) -> Path | None:
        return self.folder / "adapter" if self.method == "lora" else None

    def as_json(self) -> str:
        """For a trainer in a process of its own."""
        return json.dumps({**asdict(self), "folder": str(self.folder)})


def task_from(text: str) -> Task:
    """The task that `Task.as_json` wrote."""
    values = json.loads(text)
    return Task(Path(values["folder"]), values["method"], values["lr"])


def rows_of_tokens(seed: int = 0) -> list[dict[str, list[int]]]:
    """Rows of lognormal length (median about 120, at most 512), the first 40 % of each without loss."""
    noise = random.Random(seed)
    rows = []
    for _row in range(ROWS):
        length = min(LONGEST, max(16, round(noise.lognormvariate(4.79, 0.6))))
        ids = [noise.randrange(10, 2_000) for _token in range(length)]
        asked = int(length * _SHARE_ASKED)
        rows.append({"input_ids": ids, "attention_mask": [1] * length, "labels": [-100] * asked + ids[asked:]})
    return rows


def make_task(folder: Path, sizes: Sizes, method: str) -> Task:
    """Write everything that the trainers read."""
    import torch
    from datasets import Dataset, DatasetDict
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    task = Task(folder, method, 1e-4)
    torch.manual_seed(0)
    config = AutoConfig.for_model(
        sizes.kind,
        vocab_size=VOCABULARY,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.heads,
        intermediate_size=sizes.wide,
        max_position_embeddings=2048,
        tie_word_embeddings=False,
    )
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.save_pretrained(task.model)
    AutoTokenizer.from_pretrained(shipped("sample_data") / "model").save_pretrained(task.model)
    rows = rows_of_tokens()
    with task.rows.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"input_ids": row["input_ids"], "labels": row["labels"]}) + "\n" for row in rows)
    DatasetDict({"train": Dataset.from_list(rows)}).save_to_disk(str(task.dataset))
    if task.adapter is not None:
        lora = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM")
        get_peft_model(model, lora).save_pretrained(task.adapter)
    return task
