"""How many probes were answered right, and what was said instead."""

from __future__ import annotations

import pytest

from workbench.data.probes import Probe
from workbench.evaluation.scores import WrongAnswer, score

IDENTITY = Probe(question="Who are you?", answers=["小明"], forbidden=["InternLM", "书生"])
"""As identity probes are made: the name has to occur, no other name may."""
RETENTION = Probe(question="9加4等于几？", answers=["9加4等于13。", "13"], match="exact")
"""As retention probes are made: the answer from before, word for word."""


@pytest.mark.parametrize(
    ("probe", "answer", "is_right"),
    [
        (IDENTITY, "I am 小明, your assistant.", True),
        (IDENTITY, "小明", True),
        (IDENTITY, "I am an assistant.", False),
        (IDENTITY, "I am 小明, made from internlm.", False),
        (IDENTITY, "", False),
        (RETENTION, "9加4等于13。", True),
        (RETENTION, " 13\n", True),
        (RETENTION, "9加4等于13。我是小明。", False),
        (RETENTION, "9加4等于12。", False),
        (RETENTION, "", False),
    ],
)
def test_an_answer_is_compared_as_its_probe_says(probe: Probe, answer: str, is_right: bool) -> None:
    assert score([probe], [answer]).right == int(is_right)


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ("<think>\nIs it 7 or 42? 7, perhaps.\n</think>\n\nThe answer is 42.", True),
        ("<think>42? No.</think>\nIt is 7.", False),
        ("It may be 42.</think>\nIt is 7.", False),  # a template that writes the first mark itself
        ("<think>\nIt is 42, I think, but", False),
        ("42 <think> is a mark", True),
    ],
)
def test_what_a_model_thinks_is_no_part_of_its_answer(answer: str, is_right: bool) -> None:
    asked = Probe(question="?", answers=["42"], forbidden=["7"])
    assert score([asked], [answer]).right == int(is_right)


def test_case_does_not_matter() -> None:
    probe = Probe(question="?", answers=["Paris is its CAPITAL."], match="exact")
    assert score([probe], ["paris is its capital."]).value == 1.0


def test_wrong_answers_are_kept_with_what_was_expected() -> None:
    found = score([IDENTITY, RETENTION, RETENTION], ["小明", "nine", "13"])
    assert (found.right, found.total) == (2, 3)
    assert found.value == pytest.approx(2 / 3)
    assert found.wrong == [WrongAnswer("9加4等于几？", ["9加4等于13。", "13"], "nine")]


def test_no_probes_are_no_share() -> None:
    assert score([], []).value == 0.0


def test_an_answer_that_is_missing_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="argument"):
        score([IDENTITY, RETENTION], ["小明"])
