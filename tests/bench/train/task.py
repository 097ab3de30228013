"""What every trainer is given: a model of random weights, rows of tokens, and an adapter to begin with."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.paths import shipped

LONGEST = 512
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_SHARE_ASKED = 0.4


@dataclass(frozen=True)
class Sizes:
    """A decoder with an output head of its own. ``key_value_heads``: as many as heads if it is 0."""

    name: str
    kind: str
    hidden: int
    layers: int
    heads: int
    wide: int
    vocabulary: int = 32_000
    key_value_heads: int = 0


TINY = Sizes("19 M", "qwen2", 256, 4, 4, 688)
SMALL = Sizes("55 M", "llama", 512, 8, 8, 1376)
LIKE_INTERNLM2 = Sizes("1.8 B", "llama", 2048, 24, 16, 8192, 92_544, 8)
LIKE_LLAMA3 = Sizes("8 B", "llama", 4096, 32, 32, 14_336, 128_256, 8)


@dataclass(frozen=True)
class Task:
    """One training: the folder with its model, rows and adapter, and what is trained.

    Args:
        rows: in an epoch. The first of two epochs warms up, the second one is timed.
        batch: rows of a step.
        length: tokens of the longest row.
        on_gpu: in bf16, computing activations twice; else in fp32 on a CPU, keeping them.
    """

    folder: Path
    method: str
    lr: float = 1e-4
    rows: int = 160
    batch: int = 4
    length: int = LONGEST
    on_gpu: bool = False

    @property
    def model(self) -> Path:
        return self.folder / "model"

    @property
    def steps(self) -> int:
        """Optimiser steps of an epoch."""
        return self.rows // self.batch

    @property
    def rows_file(self) -> Path:
        return self.folder / "rows.jsonl"

    @property
    def dataset(self) -> Path:
        return self.folder / "dataset"

    @property
    def adapter(self) -> Path | None:
        return None if self.method == "full" else self.folder / "adapter"

    def as_json(self) -> str:
        """For a trainer in a process of its own."""
        return json.dumps({**asdict(self), "folder": str(self.folder)})


def task_from(text: str) -> Task:
    """The task that `Task.as_json` wrote."""
    values = json.loads(text)
    return Task(**{**values, "folder": Path(values["folder"])})


def rows_of_tokens(task: Task) -> list[dict[str, list[int]]]:
    """Rows of tokens, the first 40 % of each without loss.

    On a CPU of lognormal length (median about 120, at most ``task.length``), on a GPU all of full length.
    """
    noise = random.Random(0)
    rows = []
    for _row in range(task.rows):
        drawn = min(task.length, max(16, round(noise.lognormvariate(4.79, 0.6))))
        length = task.length if task.on_gpu else drawn
        ids = [noise.randrange(10, 2_000) for _token in range(length)]
        asked = int(length * _SHARE_ASKED)
        rows.append({"input_ids": ids, "attention_mask": [1] * length, "labels": [-100] * asked + ids[asked:]})
    return rows


def make_task(task: Task, sizes: Sizes) -> None:
    """Write everything that the trainers read."""
    import torch
    from datasets import Dataset, DatasetDict
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    config = AutoConfig.for_model(
        sizes.kind,
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.key_value_heads or sizes.heads,
        intermediate_size=sizes.wide,
        max_position_embeddings=max(task.length, 2048),
        tie_word_embeddings=False,
    )
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16 if task.on_gpu else torch.float32)
    model.save_pretrained(task.model)
    AutoTokenizer.from_pretrained(shipped("sample_data") / "model").save_pretrained(task.model)
    rows = rows_of_tokens(task)
    with task.rows_file.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"input_ids": row["input_ids"], "labels": row["labels"]}) + "\n" for row in rows)
    DatasetDict({"train": Dataset.from_list(rows)}).save_to_disk(str(task.dataset))
    if task.adapter is not None:
        lora = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM")
        get_peft_model(model, lora).save_pretrained(task.adapter)
