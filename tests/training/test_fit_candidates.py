"""Which batches are tried, and how the largest that fits is found."""

from __future__ import annotations

import pytest

from workbench.configs.catalogue import resolve
from workbench.configs.overrides import apply_overrides
from workbench.training.fit_candidates import Candidate, candidates, largest_that_fits


def test_the_rows_of_a_step_stay_and_shorter_packs_are_more() -> None:
    config = apply_overrides(
        resolve("internlm2_1_8b_qlora_alpaca_e3"), ["batch_size=2", "accumulative_counts=3", "max_length=1024"]
    )
    found = candidates(config)
    assert found[-4:] == [Candidate(rows, 1024, 6 // rows) for rows in (1, 2, 3, 6)]
    assert found[0] == Candidate(1, 128, 48)
    sizes = [each.batch_size * each.max_length for each in found]
    assert sizes == sorted(set(sizes))


def test_what_counts_iterations_comes_after_as_many_optimiser_steps() -> None:
    changes = ["batch_size=1", "accumulative_counts=8", "max_iters=20", "save_steps=16", "evaluation_freq=-1"]
    config = apply_overrides(resolve("internlm2_1_8b_qlora_alpaca_e3"), changes)
    larger = Candidate(8, config.max_length, 1).applied(config)
    assert (larger.batch_size, larger.max_iters, larger.save_steps, larger.evaluation_freq) == (8, 3, 2, -1)
    shorter = Candidate(1, config.max_length // 2, 16).applied(config)
    assert (shorter.accumulative_counts, shorter.max_iters, shorter.save_steps) == (16, 40, 32)
    assert Candidate(8, 64, 1).applied(config.model_copy(update={"max_iters": None})).max_iters is None


@pytest.mark.parametrize("begin", range(9))
@pytest.mark.parametrize("most", range(-1, 9))
def test_the_largest_is_found_from_everywhere_and_nothing_is_tried_twice(begin: int, most: int) -> None:
    tried: list[int] = []

    def fits(number: int) -> bool:
        tried.append(number)
        return number <= most

    assert largest_that_fits(range(9), begin, fits) == (None if most < 0 else most)
    assert len(tried) == len(set(tried)) <= 6
