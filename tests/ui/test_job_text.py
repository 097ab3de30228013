"""A job in words and figures."""

from __future__ import annotations

import pytest
from textual.content import Content

from workbench.jobs.events import Step, Validation
from workbench.jobs.state import JobState
from workbench.ui.hanging import NO_BREAK, Hanging
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
    assert [line.replace(NO_BREAK, " ") for line in further] == ([said] if said else [])


@pytest.mark.parametrize("width", range(40, 81))
def test_no_line_of_figures_ends_between_a_number_and_its_unit(width: int) -> None:
    step = Step(
        iter=26,
        total_iters=38,
        step=26,
        total_steps=38,
        loss=0.5,
        lr=1e-4,
        grad_norm=0.5,
        tokens_per_s=4096,
        memory=611,
    )
    whole = figures(step, JobState.RUNNING)
    lines = Hanging(Content(whole)).wrapped(width).plain.splitlines()
    for part in whole.replace("\t", "").replace("\n", " · ").split(" · "):
        assert any(part.replace(NO_BREAK, " ") in line for line in lines)
