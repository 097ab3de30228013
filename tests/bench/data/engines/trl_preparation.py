"""TRL's own preparation of a data set, as its trainer for supervised fine-tuning calls it, without the trainer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer

from tests.bench.data.engines.job import CHAT_TEMPLATE, MAX_LENGTH, Job, Made, run
from tests.bench.data.engines.rows_of_datasets import counts, messages, read


def engine(job: Job) -> Callable[[], Made]:
    tokenizer = AutoTokenizer.from_pretrained(job.tokenizer)
    tokenizer.chat_template = CHAT_TEMPLATE
    config = SFTConfig(
        output_dir=f"{job.scratch}/trainer",
        max_length=MAX_LENGTH,
        packing=job.packed,
        assistant_only_loss=True,
        dataset_num_proc=job.processes,
        use_cpu=True,
        bf16=False,
        report_to="none",
    )
    rows = read(job)
    rows = rows.map(messages, num_proc=job.processes, remove_columns=rows.column_names)
    # all that the preparation asks of its trainer
    trainer = SimpleNamespace(_tokenizer=tokenizer, chat_template=None, completion_only_loss=False)
    rows = SFTTrainer._prepare_dataset(trainer, rows, tokenizer, config, job.packed, None, "train")
    return partial(counts, rows)


if __name__ == "__main__":
    run(Job.asked_for(), engine, ("trl", "transformers", "datasets", "tokenizers"))
