"""Rows become a batch of tensors."""

from __future__ import annotations

import pytest

from workbench.data.encode import NOT_TRAINED
from workbench.data.pack import Packed
from workbench.training.collate import TOKENS, Collator

pytestmark = pytest.mark.heavy
SHORT = Packed([5, 6], [NOT_TRAINED, 6], [2])
LONG = Packed([1, 2, 3, 4, 7], [NOT_TRAINED, 2, NOT_TRAINED, 4, 7], [2, 3])


def test_rows_are_filled_on_the_right_to_the_longest() -> None:
    batch = Collator(pad_id=9)([SHORT, LONG])
    assert batch["input_ids"].tolist() == [[5, 6, 9, 9, 9], [1, 2, 3, 4, 7]]
    no = NOT_TRAINED
    assert batch["labels"].tolist() == [[no, 6, no, no, no], [no, 2, no, 4, 7]]
    assert set(batch) == {"input_ids", "labels", TOKENS}


def test_tokens_are_counted_without_filling() -> None:
    assert Collator(pad_id=9)([SHORT, LONG])[TOKENS] == 7


def test_separate_samples_count_their_positions_anew() -> None:
    batch = Collator(pad_id=9, separate_samples=True)([SHORT, LONG])
    assert batch["position_ids"].tolist() == [[0, 1, 0, 1, 2], [0, 1, 0, 1, 2]]
    batch = Collator(pad_id=9, separate_samples=True)([Packed([1, 2, 3], [1, 2, 3], [1, 2])])
    assert batch["position_ids"].tolist() == [[0, 0, 1]]


def test_the_rows_themselves_are_not_changed() -> None:
    Collator(pad_id=9)([SHORT, LONG])
    assert (SHORT.input_ids, SHORT.labels) == ([5, 6], [NOT_TRAINED, 6])


def test_the_first_token_of_a_separate_sample_is_not_asked_for_after_the_end_of_another() -> None:
    packed = Packed([1, 2, 3, 4], [1, 2, 3, 4], [2, 2])
    assert Collator(pad_id=9)([packed])["labels"].tolist() == [[1, 2, 3, 4]]
    assert Collator(pad_id=9, separate_samples=True)([packed])["labels"].tolist() == [[1, 2, NOT_TRAINED, 4]]


def test_rows_behind_each_other_need_no_filling() -> None:
    batch = Collator(pad_id=9, separate_samples=True, one_row=True)([SHORT, LONG])
    assert batch["input_ids"].tolist() == [[5, 6, 1, 2, 3, 4, 7]]
    assert batch["position_ids"].tolist() == [[0, 1, 0, 1, 0, 1, 2]]
    assert (SHORT.input_ids, LONG.input_ids, batch[TOKENS]) == ([5, 6], [1, 2, 3, 4, 7], 7)
