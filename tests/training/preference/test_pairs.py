"""Pairs by their number."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.training.preference.pairs_on_disk import rows_of, write_pairs
from tests.training.runs import tiny_config
from workbench.training.left_out import RowsLeftOut
from workbench.training.preference.pairs import PairRows

pytestmark = pytest.mark.heavy


def test_a_pair_in_the_place_of_one_that_is_left_out_keeps_its_own_reference(tmp_path: Path) -> None:
    config = tiny_config(write_pairs(tmp_path / "pairs.jsonl", count=4), stage="dpo")
    every = rows_of(config)
    every.reference = torch.arange(8.0).view(4, 2)

    left = PairRows(RowsLeftOut(every.rows, {1}))
    left.reference = every.reference

    for place, number in enumerate([0, 2, 2, 3]):
        assert left[place].chosen == every[number].chosen
        assert left[place].reference is not None
        assert left[place].reference.tolist() == every.reference[number].tolist()
