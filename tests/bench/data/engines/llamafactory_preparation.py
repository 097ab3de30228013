"""LLaMA-Factory's own preparation of a data set: Alpaca rows, its ChatML with a beginning of text, neat packing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import DataArguments, ModelArguments
from transformers import AutoTokenizer, Seq2SeqTrainingArguments

from tests.bench.data.engines.job import MAX_LENGTH, Job, Made, run
from tests.bench.data.engines.rows_of_datasets import counts


def engine(job: Job) -> Callable[[], Made]:
    folder = Path(job.scratch)
    (folder / "dataset_info.json").write_text(json.dumps({"rows": {"file_name": job.data}}))
    data = DataArguments(
        template="intern2",
        default_system="",
        dataset="rows",
        dataset_dir=job.scratch,
        cutoff_len=MAX_LENGTH,
        packing=job.packed,
        neat_packing=job.packed,
        preprocessing_num_workers=job.processes,
    )
    tokenizer = AutoTokenizer.from_pretrained(job.tokenizer)
    template = get_template_and_fix_tokenizer(tokenizer, data)
    model = ModelArguments(model_name_or_path=job.tokenizer, cache_dir=f"{job.scratch}/read")
    training = Seq2SeqTrainingArguments(output_dir=f"{job.scratch}/trainer", use_cpu=True, report_to="none")
    rows = get_dataset(template, model, data, training, stage="sft", tokenizer=tokenizer)["train_dataset"]
    return partial(counts, rows)


if __name__ == "__main__":
    run(Job.asked_for(), engine, ("llamafactory", "transformers", "datasets", "tokenizers"))
