"""What one writes by hand: ``datasets.map`` in batches, the chat template of transformers, concatenate and cut."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from transformers import AutoTokenizer

from tests.bench.data.engines.job import CHAT_TEMPLATE, MAX_LENGTH, Job, Made, run
from tests.bench.data.engines.rows_of_datasets import counts, messages, read


def engine(job: Job) -> Callable[[], Made]:
    tokenizer = AutoTokenizer.from_pretrained(job.tokenizer)
    tokenizer.chat_template = CHAT_TEMPLATE
    rows = read(job)
    rows = rows.map(
        partial(_encoded, tokenizer=tokenizer),
        batched=True,
        num_proc=job.processes,
        remove_columns=rows.column_names,
    )
    if job.packed:
        rows = rows.map(_packed, batched=True, num_proc=job.processes)
    return partial(counts, rows)


def _encoded(batch: dict[str, list[str]], tokenizer: Any) -> dict[str, list[list[int]]]:
    rows = [dict(zip(batch, values, strict=True)) for values in zip(*batch.values(), strict=True)]
    encoded = tokenizer.apply_chat_template(
        [messages(row)["messages"] for row in rows],
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
        truncation=True,
        max_length=MAX_LENGTH,
    )
    labels = [
        [token if trained else -100 for token, trained in zip(ids, mask, strict=True)]
        for ids, mask in zip(encoded["input_ids"], encoded["assistant_masks"], strict=True)
    ]
    return {"input_ids": encoded["input_ids"], "labels": labels}


def _packed(batch: dict[str, list[list[int]]]) -> dict[str, list[list[int]]]:
    streams = {name: list(chain.from_iterable(values)) for name, values in batch.items()}
    return {
        name: [stream[begin : begin + MAX_LENGTH] for begin in range(0, len(stream), MAX_LENGTH)]
        for name, stream in streams.items()
    }


if __name__ == "__main__":
    run(Job.asked_for(), engine, ("transformers", "datasets", "tokenizers"))
