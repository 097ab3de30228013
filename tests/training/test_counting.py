"""Iterations and optimiser steps: which of the one belongs to which of the other."""

from __future__ import annotations

import pytest

from workbench.training.counting import Counting

SEVEN_BY_TWO = Counting(iters_per_epoch=7, accumulative_counts=2, total_steps=8)
"""Two epochs of 7 iterations in steps of 2; the fourth step of each holds the one that is left."""


def test_the_last_step_of_an_epoch_holds_what_is_left() -> None:
    assert [SEVEN_BY_TWO.iter_at(step) for step in range(9)] == [0, 2, 4, 6, 7, 9, 11, 13, 14]
    assert (SEVEN_BY_TWO.steps_per_epoch, SEVEN_BY_TWO.total_iters) == (4, 14)


def test_a_run_may_end_within_an_epoch() -> None:
    assert Counting(iters_per_epoch=7, accumulative_counts=2, total_steps=6).total_iters == 11


def test_more_accumulation_than_iterations_is_one_step_an_epoch() -> None:
    counting = Counting(iters_per_epoch=3, accumulative_counts=16, total_steps=2)
    assert (counting.steps_per_epoch, counting.total_iters) == (1, 6)


@pytest.mark.parametrize(
    ("every", "due"), [(2, [1, 2, 3, 5, 6, 7, 8]), (3, [2, 3, 5, 7]), (7, [4, 8]), (14, [8]), (15, []), (-1, [])]
)
def test_something_is_due_in_the_step_that_a_multiple_falls_into(every: int, due: list[int]) -> None:
    assert [step for step in range(1, 9) if SEVEN_BY_TWO.is_due(every, step)] == due
