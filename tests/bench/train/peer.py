"""``python peer.py KIND TASK OUT``: the training by another trainer, with that trainer's own Python.

It imports nothing of workbench. Kinds: ``trainer`` (transformers' Trainer and peft), ``trl`` (its default loss, which
computes logits in pieces), ``trl_packed``, ``llamafactory``.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

COMMON: dict[str, Any] = {
    "num_train_epochs": 2,
    "lr_scheduler_type": "constant",
    "max_grad_norm": 1.0,
    "weight_decay": 0.0,
    "optim": "adamw_torch",
    "logging_steps": 1,
    "save_strategy": "no",
    "report_to": "none",
    "disable_tqdm": True,
    "seed": 42,
    "data_seed": 42,
    "remove_unused_columns": False,
}


def settings(task: dict[str, Any]) -> dict[str, Any]:
    """What is the same for all of them: on a GPU in bf16, with gradient checkpointing and rows one by one."""
    gpu, batch = task["on_gpu"], task["batch"]
    return {
        **COMMON,
        "learning_rate": task["lr"],
        "per_device_train_batch_size": 1 if gpu else batch,
        "gradient_accumulation_steps": batch if gpu else 1,
        "use_cpu": not gpu,
        "bf16": gpu,
    }


def watcher() -> Any:
    """A callback that keeps the losses, and the time at the end of each epoch."""
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):
        losses: list[float] = []  # noqa: RUF012
        ends: list[float] = []  # noqa: RUF012

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
            if logs and "loss" in logs:
                self.losses.append(float(logs["loss"]))

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if state.global_step in (state.max_steps // 2, state.max_steps):
                self.ends.append(time.time())

    return Watcher()


def checkpointing(task: dict[str, Any]) -> dict[str, Any]:
    return {"gradient_checkpointing": task["on_gpu"], "gradient_checkpointing_kwargs": {"use_reentrant": False}}


def model_of(task: dict[str, Any]) -> Any:
    import torch
    from peft import PeftModel, prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM

    folder = Path(task["folder"])
    chosen: dict[str, Any] = {"dtype": torch.bfloat16 if task["on_gpu"] else torch.float32}
    if task["method"] == "qlora":
        chosen |= {"quantization_config": in_four_bits(), "device_map": {"": 0}}
    if task["method"] == "full":
        chosen["dtype"] = torch.float32
    model = AutoModelForCausalLM.from_pretrained(folder / "model", attn_implementation="sdpa", **chosen)
    model.config.use_cache = False
    if task["method"] == "qlora":
        model = prepare_model_for_kbit_training(model, gradient_checkpointing_kwargs={"use_reentrant": False})
    if task["method"] != "full":
        model = PeftModel.from_pretrained(model, folder / "adapter", is_trainable=True)
    return model


def in_four_bits() -> Any:
    import torch
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def by_trainer(task: dict[str, Any], out: str, watch: Any) -> None:
    from datasets import load_from_disk
    from transformers import AutoTokenizer, DataCollatorForSeq2Seq, Trainer, TrainingArguments

    folder = Path(task["folder"])
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    Trainer(
        model=model_of(task),
        args=TrainingArguments(output_dir=out, **checkpointing(task), **settings(task)),
        train_dataset=load_from_disk(str(folder / "dataset"))["train"],
        data_collator=DataCollatorForSeq2Seq(tokenizer, pad_to_multiple_of=8),
        callbacks=[watch],
    ).train()


def by_trl(task: dict[str, Any], out: str, watch: Any, *, packed: bool) -> None:
    from datasets import load_from_disk
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    folder = Path(task["folder"])
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    lengths = {"max_length": 512, "packing": True} if packed else {"max_length": None, "pad_to_multiple_of": 8}
    if packed:
        lengths["per_device_train_batch_size"] = 1
    rows = load_from_disk(str(folder / "dataset"))["train"]
    SFTTrainer(
        model=model_of(task),
        args=SFTConfig(
            output_dir=out,
            **{**settings(task), **checkpointing(task), **lengths},
            dataset_kwargs={"skip_prepare_dataset": not packed},
        ),
        train_dataset=rows if not packed else rows.remove_columns(["attention_mask"]),
        processing_class=tokenizer,
        callbacks=[watch],
    ).train()


def by_llamafactory(task: dict[str, Any], out: str, watch: Any) -> None:
    from llamafactory.train.tuner import run_exp

    folder = Path(task["folder"])
    adapter = {"adapter_name_or_path": str(folder / "adapter")} if task["method"] != "full" else {}
    run_exp(
        args={
            "model_name_or_path": str(folder / "model"),
            "stage": "sft",
            "do_train": True,
            "finetuning_type": "full" if task["method"] == "full" else "lora",
            **adapter,
            "lora_rank": 8,
            "lora_alpha": 16,
            "lora_dropout": 0.0,
            "dataset": "placeholder",
            "tokenized_path": str(folder / "dataset"),
            "template": "empty",
            "output_dir": out,
            "flash_attn": "auto" if task["on_gpu"] else "sdpa",
            "disable_gradient_checkpointing": not task["on_gpu"],
            **({"quantization_bit": 4} if task["method"] == "qlora" else {}),
            **settings(task),
        },
        callbacks=[watch],
    )


def main(kind: str, text: str, out: str) -> None:
    """Train, and write what `tests.bench.train.result` reads."""
    task, watch = json.loads(text), watcher()
    with tempfile.TemporaryDirectory() as folder:
        if kind == "trainer":
            by_trainer(task, folder, watch)
        elif kind == "llamafactory":
            by_llamafactory(task, folder, watch)
        else:
            by_trl(task, folder, watch, packed=kind == "trl_packed")
    import torch

    on_gpu = torch.cuda.is_available()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    memory = torch.cuda.max_memory_allocated() / 1e6 if on_gpu else resident
    result = {"losses": watch.losses, "seconds": watch.ends[1] - watch.ends[0], "memory": memory}
    Path(out).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
