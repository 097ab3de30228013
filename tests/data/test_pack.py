"""Packing: full rows, every token once, nothing left behind."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.pack import Packing, PackPlan, plan_packs

HOW: tuple[Packing, ...] = ("best_fit", "concat", "none")


def rows_of(plan: PackPlan) -> list[list[tuple[int, int, int]]]:
    return [list(plan.parts(row)) for row in range(len(plan))]


def sizes_of(plan: PackPlan) -> list[int]:
    return [sum(end - begin for _sample, begin, end in row) for row in rows_of(plan)]


def ordinary_lengths(count: int) -> list[int]:
    """Lengths as those of instruction data: most are short, a few are long."""
    draw = random.Random(7)
    return [min(max(round(draw.lognormvariate(4.8, 0.8)), 8), 2048) for _row in range(count)]


def test_joined_samples_fill_rows_to_the_last_token_and_the_rest_makes_a_shorter_one() -> None:
    plan = plan_packs([3, 4, 6], 5, "concat")
    assert rows_of(plan) == [[(0, 0, 3), (1, 0, 2)], [(1, 2, 4), (2, 0, 3)], [(2, 3, 6)]]


def test_whole_samples_go_where_they_leave_the_least_room() -> None:
    plan = plan_packs([2, 6, 4, 3, 3], 9)
    assert rows_of(plan) == [[(1, 0, 6), (3, 0, 3)], [(0, 0, 2), (2, 0, 4), (4, 0, 3)]]


@settings(max_examples=200)
@given(
    lengths=st.lists(st.integers(1, 40), max_size=60),
    how=st.sampled_from(HOW),
    seed=st.none() | st.integers(0, 9),
)
def test_no_token_is_lost_or_doubled(lengths: list[int], how: Packing, seed: int | None) -> None:
    plan = plan_packs(lengths, 40, how, seed)
    tokens = Counter(
        (sample, place) for row in rows_of(plan) for sample, begin, end in row for place in range(begin, end)
    )
    assert tokens == Counter((sample, place) for sample, length in enumerate(lengths) for place in range(length))
    assert all(0 < size <= 40 for size in sizes_of(plan))
    assert plan.tokens == sum(lengths)


@settings(max_examples=100)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_best_fit_keeps_samples_whole_and_leaves_no_two_rows_that_fit_into_one(lengths: list[int]) -> None:
    plan = plan_packs(lengths, 30)
    assert all((begin, end) == (0, lengths[sample]) for row in rows_of(plan) for sample, begin, end in row)
    sizes = sorted(sizes_of(plan))
    assert len(sizes) == 1 or sizes[0] + sizes[1] > 30


@pytest.mark.parametrize("max_length", [512, 2048, 8192])
def test_ordinary_mixtures_fill_99_percent(max_length: int) -> None:
    lengths = [min(length, max_length) for length in ordinary_lengths(20_000)]
    assert plan_packs(lengths, max_length, seed=1).fill >= 0.99


@pytest.mark.parametrize("how", ["best_fit", "concat"])
def test_the_plan_is_that_of_the_seed(how: Packing) -> None:
    lengths = ordinary_lengths(300)
    assert plan_packs(lengths, 2048, how, seed=5) == plan_packs(lengths, 2048, how, seed=5)
    assert plan_packs(lengths, 2048, how, seed=5) != plan_packs(lengths, 2048, how, seed=6)


def test_no_samples_make_no_rows() -> None:
    assert [len(plan_packs([], 5, how, seed=0)) for how in HOW] == [0, 0, 0]
    assert plan_packs([], 5).fill == 0.0


def test_without_packing_every_sample_is_a_row() -> None:
    assert rows_of(plan_packs([3, 4], 5, "none", seed=1)) == [[(0, 0, 3)], [(1, 0, 4)]]
