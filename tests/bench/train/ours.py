"""``python -m tests.bench.train.ours TASK OUT``: the training by workbench, in this process."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.train.result import Result, peak_memory, write_result
from tests.bench.train.task import TARGETS, Task, task_from
from workbench.configs.files import dump_config
from workbench.configs.schema import TrainConfig
from workbench.jobs.events import Failed, Step
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.tail import EventTail
from workbench.training.rank_process import main as train


def settings(task: Task, **changes: object) -> TrainConfig:
    """The task as a config."""
    adapter = {"adapter_name_or_path": str(task.adapter)} if task.adapter else {}
    return TrainConfig.model_validate(
        {
            "pretrained_model_name_or_path": str(task.model),
            "method": task.method,
            "data_path": str(task.rows_file),
            "dataset_format": "tokenized",
            "max_length": task.length,
            "pack_to_max_length": False,
            "batch_size": 1 if task.on_gpu else task.batch,
            "accumulative_counts": task.batch if task.on_gpu else 1,
            "max_epochs": 2,
            "lr": task.lr,
            "lr_scheduler_type": "constant",
            "lora": {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": TARGETS},
            "precision": "bf16" if task.on_gpu else "fp32",
            "save_steps": -1,
            "evaluation_freq": -1,
            "evaluation_inputs": [],
            **adapter,
            **changes,
        }
    )


def main(text: str, out: str, deepspeed: str = "auto") -> None:
    """Train, and read from the events how it went."""
    task = task_from(text)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
        job = JobFolder(Path(folder))
        job.config_path.write_text(dump_config(settings(task, deepspeed=deepspeed)), encoding="utf-8")
        job.write_record(JobRecord(kind="train", name="bench", command=[], project=folder))
        train([folder])
        events = list(EventTail(job.events_path).rest())
    failures = [event for event in events if isinstance(event, Failed)]
    if failures:
        raise SystemExit(str(failures))
    steps = [event for event in events if isinstance(event, Step)]
    seconds = steps[2 * task.steps - 1].time - steps[task.steps - 1].time
    write_result(Result([step.loss for step in steps], seconds, peak_memory(), steps[-1].mfu), Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
