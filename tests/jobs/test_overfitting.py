"""When a training is said to learn its rows by heart."""

from __future__ import annotations

import math

import pytest

from workbench.jobs.events import Validation
from workbench.jobs.overfitting import evaluations_without_fall, lowest, overfits_since


def course(losses: list[float], trained: list[float] | None = None) -> list[Validation]:
    trained = trained or [2.0 - 0.1 * place for place in range(len(losses))]
    return [
        Validation(iter=10 * place, step=place, loss=loss, tokens=9, train_loss=train)
        for place, (loss, train) in enumerate(zip(losses, trained, strict=True))
    ]


@pytest.mark.parametrize(
    ("losses", "trained", "since"),
    [
        ([3.0, 2.0, 2.1, 2.2, 2.3], None, 10),
        ([3.0, 1.9, 2.0, 1.95, 2.1, 2.2, 2.3], None, 10),  # the lowest of all, not the last low one
        ([3.0, 2.0, 2.1, 2.2], None, None),  # two rises
        ([3.0, 2.0, 2.1, 2.2, 2.2], None, None),  # no rise
        ([3.0, 2.0, 2.1, 2.2, 2.3], [2.0, 1.9, 1.8, 1.9, 2.0], None),  # the training loss rises as well
        ([3.0, 2.0, 2.1, 2.2, math.nan], None, None),
        ([], None, None),
    ],
)
def test_it_has_risen_three_times_while_the_training_loss_fell(
    losses: list[float], trained: list[float] | None, since: int | None
) -> None:
    found = overfits_since(course(losses, trained))
    assert (found and found.iter) == since


def test_the_lowest_is_the_first_of_equal_ones_and_a_number() -> None:
    found = lowest(course([math.nan, 2.0, 1.5, 1.5]))
    assert found is not None and found.iter == 20
    assert lowest(course([math.nan])) is None


@pytest.mark.parametrize(
    ("losses", "count"), [([2.0], 0), ([2.0, 1.0, 1.5, 1.2], 2), ([2.0, 2.0], 1), ([math.nan, math.nan], 2), ([], 0)]
)
def test_evaluations_since_it_last_fell(losses: list[float], count: int) -> None:
    assert evaluations_without_fall(course(losses)) == count
