"""How much there is to learn from, before anything is prepared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.actions.test_train import a_config
from workbench.actions.data_size import DataSize, data_size
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.training_set import build_training_set
from workbench.paths import shipped


def write_rows(path: Path, count: int, words: int) -> None:
    row = {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Bolt. " * words}]}
    path.write_text((json.dumps(row) + "\n") * count)


def test_files_count_by_their_rows(project: Path) -> None:
    write_rows(project / "many.jsonl", 900, 2)
    write_rows(project / "long.jsonl", 50, 60)
    config = a_config(data_path=["many.jsonl", "long.jsonl"], max_length=512)
    size = data_size(config)
    report = build_training_set(config, LightTokenizer.from_folder(shipped("sample_data") / "model")).report
    assert (size.rows, size.tokens) == (950, report.tokens)
    assert size.files == {"openai": ["many.jsonl", "long.jsonl"]}
    assert size.longest is not None and size.longest > 60
    some = data_size(config.model_copy(update={"max_dataset_length": 95, "eval_ratio": 0.2}))
    assert some.rows == 76
    assert some.tokens == pytest.approx((size.tokens or 0) * 76 / 950, abs=1)


def test_a_long_text_counts_by_the_pieces_that_it_is_divided_into(project: Path) -> None:
    (project / "long.txt").write_text("The quick brown fox jumps over it. " * 200)
    config = a_config(data_path="long.txt", dataset_format="auto", stage="pretrain", max_length=64)
    report = build_training_set(config, LightTokenizer.from_folder(shipped("sample_data") / "model")).report
    size = data_size(config)
    assert (size.rows, size.samples, size.tokens) == (1, report.samples, report.tokens)


def test_pairs_that_prefer_nothing_do_not_count(project: Path) -> None:
    def pair(chosen: str, rejected: str) -> str:
        answers = {
            name: [{"role": "assistant", "content": text}]
            for name, text in (("chosen", chosen), ("rejected", rejected))
        }
        return json.dumps({"prompt": [{"role": "user", "content": "Which?"}]} | answers) + "\n"

    rows = [("One.", "Two."), ("Same.", "Same. "), ("Three.", ""), ("", "Four."), ("Five.", "Six.")]
    (project / "pairs.jsonl").write_text("".join(pair(*row) for row in rows))
    config = a_config(data_path="pairs.jsonl", dataset_format="preference", stage="dpo")
    report = build_training_set(config, LightTokenizer.from_folder(shipped("sample_data") / "model")).report
    assert data_size(config).rows == report.kept == 2
    held = config.model_copy(update={"eval_ratio": 0.5})
    report = build_training_set(held, LightTokenizer.from_folder(shipped("sample_data") / "model")).report
    assert data_size(held).rows == 1
    assert "1 pairs of a chosen and a rejected answer are compared." in report.sentences()


def test_of_damaged_data_nothing_is_known(project: Path) -> None:
    (project / "rows.jsonl").write_text("no row\n")
    assert data_size(a_config(data_path="rows.jsonl")) == DataSize()
