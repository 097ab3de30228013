"""Preference pairs that prefer nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.checks.rows import found, severity
from tests.data.conftest import Write
from workbench.configs.find import find_config
from workbench.data.checks import check_data

SAME = "preference rows whose chosen answer equals the rejected one"
PAIRS = "preference rows; only the chosen answers are trained, the rejected ones are not"
BLANK = "preference rows whose rejected answer is empty"


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
