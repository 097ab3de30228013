"""The checkpoint to go on with, and the sentence that says why."""

from __future__ import annotations

import pytest

from workbench.evaluation.recommend import recommend

Scores = dict[str, dict[str, float]]


def both(identity: float, retention: float) -> dict[str, float]:
    return {"identity": identity, "retention": retention}


def seeing(share: float, retention: float) -> dict[str, float]:
    return {"seeing": share, "retention": retention}


def chosen(scores: Scores, base_retention: float | None = None) -> str:
    found = recommend(scores, None if base_retention is None else {"retention": base_retention})
    assert found is not None
    return found.checkpoint


def reason(scores: Scores, base_retention: float | None = None) -> str:
    found = recommend(scores, None if base_retention is None else {"retention": base_retention})
    assert found is not None
    return found.reason


def test_without_checkpoints_there_is_nothing_to_recommend() -> None:
    assert recommend({}) is None


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ({"a": both(0.5, 1.0), "b": both(1.0, 0.95), "c": both(0.9, 1.0)}, "b"),  # identity first
        ({"a": both(1.0, 0.95), "b": both(1.0, 0.99), "c": both(1.0, 0.97)}, "b"),  # then retention
        ({"a": both(1.0, 0.95), "b": both(1.0, 0.95)}, "b"),  # then the later one
        ({"a": both(0.8, 0.95), "b": both(1.0, 0.5)}, "a"),  # but none that forgot
        ({"a": both(1.0, 0.9), "b": both(0.9, 1.0)}, "a"),  # 90 % of the base is enough
        ({"a": both(0.9, 0.5), "b": both(0.4, 0.8), "c": both(1.0, 0.1)}, "a"),  # all forgot: the best balance
        ({"a": {"retention": 0.5}, "b": {"retention": 0.7}, "c": {"retention": 0.6}}, "b"),
        ({"a": {"identity": 0.5}, "b": {"identity": 0.9}}, "b"),
        ({"a": {}, "b": {}}, "b"),
        ({"a": both(0.7, 1.0), "b": {}}, "a"),  # not asked at all
        ({"a": both(0.7, 1.0), "b": {"retention": 1.0}}, "a"),  # not asked to the end
        ({"a": both(0.7, 1.0), "b": {"identity": 1.0}}, "a"),
        ({"a": seeing(0.8, 0.95), "b": seeing(0.9, 0.9), "c": seeing(0.85, 1.0)}, "b"),  # seeing first
        ({"a": seeing(0.8, 0.95), "b": seeing(0.9, 0.5)}, "a"),  # but none that forgot
        ({"a": seeing(0.9, 0.5), "b": seeing(0.4, 0.8)}, "a"),  # all forgot: the best balance
        ({"a": {"seeing": 0.7}, "b": {"seeing": 0.9}, "c": {"seeing": 0.8}}, "b"),
        ({"a": {"sums": 0.5, "facts": 0.9}, "b": {"sums": 0.8, "facts": 0.7}}, "b"),  # the mean of further sets
        ({"a": {**both(0.9, 1.0), "sums": 0.1}, "b": {**both(0.8, 1.0), "sums": 0.9}}, "a"),  # identity first
        ({"a": {**both(0.9, 0.95), "sums": 0.5}, "b": {**both(0.9, 1.0), "sums": 0.4}}, "a"),  # then they
        ({"a": {**both(0.9, 0.5), "sums": 0.9}, "b": {**both(0.9, 1.0), "sums": 0.4}}, "b"),  # but none that forgot
        ({"a": {**both(1.0, 1.0), "seeing": 0.5}, "b": {**both(0.8, 1.0), "seeing": 0.6}}, "b"),
    ],
)
def test_the_best_checkpoint_is_chosen(scores: Scores, best: str) -> None:
    assert chosen(scores, base_retention=1.0) == best


def test_what_the_base_could_not_do_cannot_be_forgotten() -> None:
    scores = {"a": both(1.0, 0.45), "b": both(0.8, 0.9)}
    assert chosen(scores, base_retention=0.5) == "a"
    assert chosen(scores, base_retention=1.0) == "b"


def test_without_scores_of_the_base_nothing_counts_as_forgotten() -> None:
    assert chosen({"a": both(1.0, 0.1), "b": both(0.9, 1.0)}) == "a"


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ({"a": {}, "b": {}, "c": {}}, "b"),  # the lowest validation loss where there are no scores
        ({"a": both(1.0, 1.0), "b": both(1.0, 1.0), "c": both(1.0, 1.0)}, "b"),  # and between equal ones
        ({"a": both(1.0, 1.0), "b": both(0.9, 1.0), "c": both(0.8, 1.0)}, "a"),
    ],
)
def test_the_validation_loss_decides_where_scores_do_not(scores: Scores, best: str) -> None:
    found = recommend(scores, {"retention": 1.0}, {"a": 2.0, "b": 1.5, "c": float("nan"), "gone": 0.1})
    assert found is not None and found.checkpoint == best
    if not scores["a"]:
        assert found.reason == "It has the lowest validation loss: 1.5000."
    elif best == "b":
        assert found.reason.endswith("of these it has the lowest validation loss: 1.5000.")


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (
            {"a": both(0.5, 0.9), "b": both(0.98, 0.95)},
            "It has the best identity score of those that did not forget: identity 98%, retention 95%.",
        ),
        (
            {"a": both(0.9, 0.5), "b": both(0.4, 0.8)},
            "No checkpoint kept 90 % of what the base model knew; this one has the best balance: "
            "identity 90%, retention 50%.",
        ),
        ({"a": {"retention": 0.91}, "b": {"retention": 0.9}}, "It forgot the least: retention 91%."),
        (
            {"a": seeing(0.8, 0.95), "b": seeing(0.88, 0.92)},
            "It sees best of those that did not forget: seeing 88%, retention 92%.",
        ),
        ({"a": {"seeing": 0.5}, "b": {"seeing": 0.4}}, "It sees best: seeing 50%."),
        ({"a": {"sums": 0.8}, "b": {"sums": 0.7}}, "It has the best scores: sums 80%."),
        ({"a": both(1.0, 1.0)}, "It is the only one that is left: identity 100%, retention 100%."),
        ({"a": both(1.0, 1.0), "b": {}}, "It is the only one with scores: identity 100%, retention 100%."),
        (
            {"a": {"sums": 0.25}, "b": {"sums": 0.25}},
            "Several have the same scores (sums 25%); of these it is the latest.",
        ),
        ({"a": {}, "b": {}}, "It is the last one; no probes were given to compare them by."),
    ],
)
def test_the_reason_says_what_was_compared(scores: Scores, sentence: str) -> None:
    assert reason(scores, base_retention=1.0) == sentence


def test_what_learnt_nothing_is_not_the_best_for_having_forgotten_nothing() -> None:
    scores = {"a": both(0.0, 1.0), "b": both(0.98, 0.87)}
    assert chosen(scores, 1.0) == "b"
    assert "have learnt nothing" in reason(scores, 1.0)
    assert chosen({"a": both(0.0, 1.0), "b": both(0.0, 0.8)}, 1.0) == "a"


@pytest.mark.parametrize(
    ("scores", "base", "losses", "sentence"),
    [
        (
            {"a": {"sums": 0.0, "facts": 0.0}},
            ({"sums": 0.33, "facts": 0.5}, 0.0018),
            {"a": 4.17},
            "It is the only one that is left: sums 0%, facts 0%. None is better than the model before training: "
            "sums 33% → 0%, facts 50% → 0%, validation loss 0.0018 → 4.1700.",
        ),
        (
            {"a": {}, "b": {}},
            ({}, 0.6931),
            {"a": 0.6944, "b": float("nan")},
            "It has the lowest validation loss: 0.6944. None is better than the model before training: "
            "validation loss 0.6931 → 0.6944.",
        ),
        (
            {"a": both(1.0, 0.95), "b": {}},
            (both(1.0, 1.0), None),
            {},
            "It is the only one with scores: identity 100%, retention 95%. None is better than the model before training: "
            "identity 100% → 100%, retention 100% → 95%.",
        ),
    ],
)
def test_a_training_that_made_nothing_better_is_told(
    scores: Scores, base: tuple[dict[str, float], float | None], losses: dict[str, float], sentence: str
) -> None:
    found = recommend(scores, base[0], losses, base[1])
    assert found is not None and found.reason == sentence


@pytest.mark.parametrize(
    ("scores", "base", "losses"),
    [
        ({"a": {"sums": 0.6, "facts": 0.1}}, ({"sums": 0.2, "facts": 0.3}, 1.0), {"a": 2.0}),  # the mean is higher
        ({"a": {"sums": 0.2}}, ({"sums": 0.2}, 1.0), {"a": 0.9}),  # the same, and the loss is lower
        ({"a": {"sums": 0.0}}, ({"retention": 1.0}, None), {}),  # the base was not asked
        ({"a": {"sums": 0.0}, "b": {"sums": 0.9}}, ({"sums": 0.5}, None), {}),
        ({"a": {}}, ({}, None), {"a": 2.0}),
        ({"a": {}}, ({}, 1.0), {}),
    ],
)
def test_nothing_is_said_of_what_became_better_or_was_not_compared(
    scores: Scores, base: tuple[dict[str, float], float | None], losses: dict[str, float]
) -> None:
    found = recommend(scores, base[0], losses, base[1])
    assert found is not None and "None is better" not in found.reason
