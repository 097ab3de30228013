"""Samples that are kept out of a training: how many, which, and that nothing is on both sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.configs.schema import TrainConfig
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.training_set import TrainingRows, TrainingSet, build_training_set, write_offline
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model


def rows(folder: Path, count: int, name: str = "rows", copies: int = 1) -> Path:
    """``count`` different dialogues, each ``copies`` times, the copies far from each other."""
    every = [
        {"messages": [{"role": "user", "content": f"What is {n}?"}, {"role": "assistant", "content": f"It is {n}."}]}
        for _copy in range(copies)
        for n in range(count)
    ]
    path = folder / f"{name}.json"
    path.write_text(json.dumps(every), encoding="utf-8")
    return path


def built(data: Path, **changes: Any) -> TrainingSet:
    settings = {
        "pretrained_model_name_or_path": "sample:model",
        "prompt_template": "internlm2_chat",
        "data_path": str(data),
        "max_length": 128,
        "pack_to_max_length": False,
    }
    config = TrainConfig.model_validate(settings | changes)
    return build_training_set(config, LightTokenizer.from_folder(Path(resolve_model("sample:model"))))


def samples(rows: TrainingRows | None) -> list[tuple[int, ...]]:
    assert rows is not None
    found = []
    for row in rows:
        ids = iter(row.input_ids)
        found += [tuple(next(ids) for _ in range(length)) for length in row.lengths]
    return found


def test_the_share_asked_for_is_held_out_and_nothing_is_lost(tmp_path: Path) -> None:
    whole = samples(built(rows(tmp_path, 40)).rows)
    made = built(rows(tmp_path, 40), eval_ratio=0.25)
    trained, held = samples(made.rows), samples(made.validation)
    assert (len(trained), len(held)) == (30, 10)
    assert sorted(trained + held) == sorted(whole)
    assert made.report.held_out == 10
    assert made.report.tokens == sum(map(len, trained))


@pytest.mark.parametrize("packing", [{}, {"pack_to_max_length": True}])
def test_copies_stay_on_one_side_and_are_counted(tmp_path: Path, packing: dict[str, bool]) -> None:
    made = built(rows(tmp_path, 20, copies=3), eval_ratio=0.2, **packing)
    trained, held = samples(made.rows), samples(made.validation)
    assert len(held) == 12
    assert not set(trained) & set(held)
    assert made.report.held_out_copies == 40
    assert any("40 samples of the data are copies" in said for said in made.report.sentences())


def test_the_seed_settles_which(tmp_path: Path) -> None:
    data = rows(tmp_path, 40)
    first, again, other = (samples(built(data, eval_ratio=0.2, seed=seed).validation) for seed in (1, 1, 2))
    assert first == again
    assert set(first) != set(other)


def test_validation_data_of_its_own_says_what_training_has_seen(tmp_path: Path) -> None:
    made = built(rows(tmp_path, 10), eval_data_path=str(rows(tmp_path, 12, "own")))
    assert (len(made.rows), len(samples(made.validation))) == (10, 12)
    assert made.report.held_out_known == 10
    assert any("10 of them are in the training data too" in said for said in made.report.sentences())


def test_one_sample_cannot_be_on_both_sides(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="two different samples") as caught:
        built(rows(tmp_path, 1, copies=5), eval_ratio=0.2)
    assert caught.value.where == "eval_ratio"


def test_packed_data_cannot_be_divided(tmp_path: Path) -> None:
    tokenizer = LightTokenizer.from_folder(Path(resolve_model("sample:model")))
    config = TrainConfig(
        pretrained_model_name_or_path="sample:model",
        prompt_template="internlm2_chat",
        data_path=str(rows(tmp_path, 20)),
        max_length=128,
    )
    write_offline(config, tokenizer, tmp_path / "ahead")
    with pytest.raises(WorkbenchError, match="packed when it is prepared"):
        built(tmp_path / "ahead", eval_ratio=0.2, pack_to_max_length=True)
    with pytest.raises(WorkbenchError, match="packed when it is prepared"):
        write_offline(config.model_copy(update={"eval_ratio": 0.1}), tokenizer, tmp_path / "other")
