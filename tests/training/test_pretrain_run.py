"""A real training on plain texts, as in continued pre-training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.runs import new_job, run, tiny_config
from workbench.jobs.events import Sample, Step

pytestmark = pytest.mark.heavy


def test_every_token_of_plain_texts_is_trained(tmp_path: Path) -> None:
    texts = [f"workbench 的第{number}页：学习，然后检查。 Page {number}: learn, then check." for number in range(24)]
    rows = tmp_path / "texts.jsonl"
    rows.write_text("".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts), encoding="utf-8")
    config = tiny_config(
        rows,
        method="full",
        deepspeed="none",
        stage="pretrain",
        dataset_format="pretrain",
        pack_to_max_length=True,
        max_epochs=3,
        evaluation_inputs=["workbench 的"],
        evaluation_max_new_tokens=4,
    )

    done = run(new_job(tmp_path / "job", config))

    steps = done.of(Step)
    report = json.loads((done.job.results_path / "data.json").read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert report["samples"] == len(texts)
    assert report["trained_tokens"] == report["tokens"] - len(texts)  # nothing stands before the first one of a text
    assert steps[-1].loss < steps[0].loss / 2
    assert len(done.of(Sample)) == 2
