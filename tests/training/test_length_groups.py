"""Every row once an epoch, in batches of one kind and of like length."""

from __future__ import annotations

import random
from statistics import mean

from workbench.training.length_groups import LengthGroups

_BATCH = 8


def _groups(seed: int = 1) -> tuple[LengthGroups, list[int], list[bool]]:
    draw = random.Random(3)
    lengths = [draw.randint(5, 500) for _ in range(403)]
    has_pictures = [draw.random() < 0.6 for _ in lengths]
    return LengthGroups(lengths, has_pictures, batch=_BATCH, seed=seed), lengths, has_pictures


def _batches(order: list[int]) -> list[list[int]]:
    return [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]


def test_every_row_comes_once() -> None:
    groups, lengths, _ = _groups()
    assert sorted(groups) == list(range(len(lengths)))
    assert len(groups) == len(lengths)


def test_a_batch_is_of_one_kind_but_for_the_rest_at_the_end() -> None:
    groups, lengths, has_pictures = _groups()
    batches = _batches(list(groups))
    whole = (sum(has_pictures) // _BATCH) + ((len(lengths) - sum(has_pictures)) // _BATCH)
    assert all(len({has_pictures[row] for row in batch}) == 1 for batch in batches[:whole])
    assert len(batches) - whole <= 2


def test_a_batch_is_of_like_length() -> None:
    groups, lengths, _ = _groups()
    spread = mean(max(found) - min(found) for found in ([lengths[row] for row in b] for b in _batches(list(groups))))
    by_lot = random.Random(5).sample(range(len(lengths)), len(lengths))
    assert spread < mean(max(f) - min(f) for f in ([lengths[row] for row in b] for b in _batches(by_lot))) / 5


def test_each_epoch_has_an_order_of_its_own_which_is_the_same_again() -> None:
    groups, _, _ = _groups()
    first = list(groups)
    groups.set_epoch(1)
    second = list(groups)
    assert first != second
    groups.set_epoch(0)
    assert list(groups) == first
    assert list(_groups(seed=2)[0]) != first
