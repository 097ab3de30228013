"""Preference pairs that prefer nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.checks.rows import found, severity
from tests.data.conftest import Write
from workbench.configs.find import find_config
from workbench.data.checks import Measure, check_data
from workbench.data.training_set import build_training_set

SAME = "preference rows whose chosen answer equals the rejected one"
PAIRS = "preference rows; dpo, orpo and reward compare their answers, sft trains the chosen ones only"
BLANK = "preference rows whose rejected answer is empty"
ALIKE = "pairs whose answers are the same, or of which one is gone, once their ends are cut; they are left out"
OVERLONG = "rows longer than max_length; their ends are cut"


def pair(chosen: str, rejected: str) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": "Which?"}],
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
    }


@pytest.mark.parametrize(("rejected", "what"), [("This.", SAME), (" This. ", SAME), (" ", BLANK)])
def test_pairs_that_prefer_nothing_are_found(write: Write, rejected: str, what: str) -> None:
    report = check_data(str(write([pair("One.", "Two."), pair("This.", rejected)])))
    assert found(report) == {what: ["data.json:2:rejected"], PAIRS: ["data.json:1", "data.json:2"]}
    assert severity(report, PAIRS) == "note"
    assert report.tally.kept == 2
    config = find_config("workbench_sample_dpo_lora").config
    compared = check_data(str(write([pair("One.", "Two."), pair("This.", rejected)])), config)
    assert found(compared) == {what: ["data.json:2:rejected"]}
    assert compared.tally.left_out == {"no_preference": 1}


def test_both_answers_are_counted_as_the_training_counts_them(write: Write) -> None:
    long = "word " * 60
    path = write([pair("One.", "Two."), pair("This one.", long), pair(f"{long}A", f"{long}B")])
    changes = {"data_path": str(path), "max_length": 40, "eval_ratio": 0, "eval_data_path": None, "max_epochs": 3}
    config = find_config("workbench_sample_dpo_lora").config.model_copy(update=changes)
    report, measure = check_data(config=config, processes=2), Measure.of_config(config)
    assert found(report) == {ALIKE: ["data.json:3"], OVERLONG: ["data.json:2", "data.json:3"]}
    assert measure is not None and report.lengths is not None and report.packs is not None
    trained, lengths = build_training_set(config, measure.tokenizer), report.lengths
    said = trained.report
    assert (lengths.tokens, lengths.trained, lengths.cut) == (said.tokens, said.trained_tokens, said.cut_tokens)
    assert (lengths.pairs, report.tally.kept, report.packs.packs) == (2, said.kept, len(trained.rows))
    assert report.tally.left_out == said.left_out == {"no_preference": 1}
    assert lengths.longest == 40 + lengths.cut  # of the longer answer, which max_length has to hold
    assert (report.packs.max_length, report.packs.devices, report.packs.steps) == (80, 2, 3)
    assert "both answers of 2 pairs are counted" in report.as_text()
