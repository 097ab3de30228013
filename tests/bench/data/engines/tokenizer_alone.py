"""The limit: the tokenizers library on all cores, over the texts of all rows, which lie in memory already."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tokenizers import Tokenizer

from tests.bench.data.engines.job import Job, Made, run

_TEXTS_AT_A_TIME = 1000


def rendered(line: str) -> str:
    """The text that all engines make of an Alpaca row."""
    row = json.loads(line)
    return (
        f"<s><|im_start|>user\n{row['instruction']}\n{row['input']}<|im_end|>\n"
        f"<|im_start|>assistant\n{row['output']}<|im_end|>\n"
    )


def engine(job: Job, texts: list[str]) -> Callable[[], Made]:
    tokenizer = Tokenizer.from_file(f"{job.tokenizer}/tokenizer.json")
    lengths: list[int] = []
    for begin in range(0, len(texts), _TEXTS_AT_A_TIME):
        some = texts[begin : begin + _TEXTS_AT_A_TIME]
        lengths += map(len, tokenizer.encode_batch_fast(some, add_special_tokens=False))
    return lambda: ((length, 0) for length in lengths)


if __name__ == "__main__":
    job = Job.asked_for()
    lines = Path(job.data).read_text(encoding="utf-8").splitlines()
    run(job, partial(engine, texts=[rendered(line) for line in lines]), ("tokenizers",))
