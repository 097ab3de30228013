"""A job in words and figures."""

from __future__ import annotations

import pytest

from workbench.jobs.events import Step, Validation
from workbench.jobs.state import JobState
from workbench.ui.job_text import figures


@pytest.mark.parametrize(
    ("trained", "held_out", "said"),
    [
        (None, None, None),
        (
            {"reward_acc": 0.75, "reward_margin": 0.5},
            {"reward_acc": 0.25},
            "pairs right 75% · of validation 25% · margin 0.500",
        ),
        ({"acc": 1.0, "chosen_score_mean": 2.0}, None, "pairs right 100%"),
    ],
)
def test_stages_that_compare_say_how_many_pairs_are_right(
    trained: dict[str, float] | None, held_out: dict[str, float] | None, said: str | None
) -> None:
    step = Step(iter=2, total_iters=4, step=2, total_steps=4, loss=0.5, lr=1e-4, figures=trained)
    validation = Validation(iter=2, step=2, loss=0.6, tokens=48, figures=held_out)
    _way, _run, *further = figures(step, JobState.RUNNING, [validation]).split("\n")
    assert further == ([said] if said else [])
