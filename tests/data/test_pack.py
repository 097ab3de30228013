"""Packing: full rows, every token once, nothing left behind."""

from __future__ import annotations

from itertools import chain

import pytest

from workbench.data.encode import NOT_TRAINED, Encoded
from workbench.data.pack import Packed, pack, unpacked


def samples_of(*lengths: int) -> list[Encoded]:
    """Samples whose tokens are their number times 100 and up; the first token of each is not trained."""
    made = []
    for number, length in enumerate(lengths, start=1):
        ids = [100 * number + place for place in range(length)]
        made.append(Encoded(ids, [NOT_TRAINED, *ids[1:]]))
    return made


def numbers(rows: list[Packed]) -> list[list[int]]:
    """The samples that each token of each row is from."""
    return [[token // 100 for token in row.input_ids] for row in rows]


def test_rows_are_filled_to_the_last_token_and_the_rest_makes_a_shorter_one() -> None:
    rows = pack(samples_of(3, 4, 6), 5, shuffle=False, seed=0)
    assert numbers(rows) == [[1, 1, 1, 2, 2], [2, 2, 3, 3, 3], [3, 3, 3]]
    assert [row.lengths for row in rows] == [[3, 2], [2, 3], [3]]


def test_labels_stay_with_their_tokens() -> None:
    for row in pack(samples_of(3, 4, 6, 1), 5, shuffle=True, seed=3):
        assert all(label in {token, NOT_TRAINED} for token, label in zip(row.input_ids, row.labels, strict=True))
        assert [token % 100 == 0 for token in row.input_ids] == [label == NOT_TRAINED for label in row.labels]


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("length", [1, 4, 7, 50])
def test_no_token_is_lost_or_doubled(length: int, shuffle: bool, split: bool) -> None:
    samples = samples_of(3, 4, 6, 1, 9, 7, 7, 2)
    rows = pack(samples, length, shuffle=shuffle, seed=1, split=split)
    packed = sorted(chain.from_iterable(row.input_ids for row in rows))
    assert packed == sorted(chain.from_iterable(sample.input_ids for sample in samples))
    assert all(0 < len(row.input_ids) <= length for row in rows)
    assert all(sum(row.lengths) == len(row.input_ids) for row in rows)


def test_whole_samples_begin_a_new_row_rather_than_be_cut() -> None:
    rows = pack(samples_of(3, 4, 2, 5), 6, shuffle=False, seed=0, split=False)
    assert numbers(rows) == [[1, 1, 1], [2, 2, 2, 2, 3, 3], [4, 4, 4, 4, 4]]


def test_a_sample_longer_than_a_row_goes_on_in_the_next_even_so() -> None:
    rows = pack(samples_of(2, 9), 4, shuffle=False, seed=0, split=False)
    assert numbers(rows) == [[1, 1], [2, 2, 2, 2], [2, 2, 2, 2], [2]]


def test_the_order_is_that_of_the_seed() -> None:
    samples = samples_of(*range(1, 30))
    assert pack(samples, 7, shuffle=True, seed=5) == pack(samples, 7, shuffle=True, seed=5)
    assert pack(samples, 7, shuffle=True, seed=5) != pack(samples, 7, shuffle=True, seed=6)


def test_packing_leaves_the_samples_as_they_were() -> None:
    samples = samples_of(3, 4)
    pack(samples, 5, shuffle=True, seed=0)
    assert samples == samples_of(3, 4)


def test_no_samples_make_no_rows() -> None:
    assert pack([], 5, shuffle=True, seed=0) == []


def test_without_packing_every_sample_is_a_row() -> None:
    samples = samples_of(3, 4)
    assert unpacked(samples) == [Packed(sample.input_ids, sample.labels, [len(sample.input_ids)]) for sample in samples]
