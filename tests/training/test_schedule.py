"""The learning rate over a training."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from workbench.training.schedule import lr_factor, warmup_steps


def factors(kind: str, warmup: int = 4, total: int = 12) -> list[float]:
    return [lr_factor(step, kind=kind, warmup=warmup, total=total) for step in range(total + 1)]


@pytest.mark.parametrize(("ratio", "steps"), [(0.0, 0), (0.03, 3), (0.031, 4), (1.0, 100)])
def test_the_warm_up_is_a_share_rounded_up(ratio: float, steps: int) -> None:
    assert warmup_steps(ratio, 100) == steps


@pytest.mark.parametrize("kind", ["cosine", "linear", "constant_with_warmup"])
def test_the_rate_rises_evenly_to_its_highest(kind: str) -> None:
    rising = factors(kind)[:5]
    assert rising[0] == pytest.approx(1e-5)
    assert rising[4] == 1.0
    rises = [later - earlier for earlier, later in pairwise(rising)]
    assert rises == pytest.approx([rises[0]] * 4)


def test_linear_falls_evenly_to_nothing() -> None:
    assert factors("linear")[4:] == pytest.approx([1 - step / 8 for step in range(9)])


def test_cosine_falls_to_nothing_slowly_at_both_ends() -> None:
    falling = factors("cosine")[4:]
    assert falling == pytest.approx([(1 + math.cos(math.pi * step / 8)) / 2 for step in range(9)])
    assert falling[4] == pytest.approx(0.5)
    assert falling[-1] == pytest.approx(0.0)


def test_constant_stays_at_its_highest() -> None:
    assert factors("constant") == [1.0] * 13
    assert factors("constant_with_warmup")[4:] == [1.0] * 9


@pytest.mark.parametrize("kind", ["cosine", "linear"])
def test_after_the_end_the_rate_stays_at_nothing(kind: str) -> None:
    assert lr_factor(20, kind=kind, warmup=4, total=12) == pytest.approx(0.0)


@pytest.mark.parametrize("kind", ["cosine", "linear", "constant", "constant_with_warmup"])
def test_a_run_without_warm_up_begins_at_the_highest_rate(kind: str) -> None:
    assert lr_factor(0, kind=kind, warmup=0, total=1) == 1.0


def test_a_run_of_nothing_but_warm_up_never_divides_by_nothing() -> None:
    assert 0 < lr_factor(3, kind="cosine", warmup=4, total=4) < 1
