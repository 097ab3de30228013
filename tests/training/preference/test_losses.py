"""Losses against computations of their own in plain Python, from the formulas of the papers."""

from __future__ import annotations

import math

import pytest
import torch

from workbench.configs.preference_settings import PreferenceSettings
from workbench.training.preference.dpo import dpo_loss, log_ratios
from workbench.training.preference.log_probs import LogProbs
from workbench.training.preference.orpo import orpo_loss
from workbench.training.preference.reward import focal, penalty, ranking

pytestmark = pytest.mark.heavy

_TOKENS = [[-0.5, -1.0, -0.25], [-2.0, -0.5, 0.0], [-1.5, -0.75, 0.0], [-0.5, 0.0, 0.0]]
"""Log-probabilities of the tokens of two chosen and two rejected answers, of 3, 2, 2 and 1 tokens."""
_LENGTHS = [3, 2, 2, 1]
_REFERENCE = [[-2.5, -1.75], [-2.25, -1.0]]
_BETA = 0.3


def _policy(*, requires_grad: bool = False) -> LogProbs:
    tokens = torch.tensor(_TOKENS, requires_grad=requires_grad)
    return LogProbs(tokens, torch.tensor([[place < length for place in range(3)] for length in _LENGTHS]))


def _ratios() -> list[tuple[float, float]]:
    """Log-ratios of chosen and rejected answer of each pair."""
    sums = [sum(row) for row in _TOKENS]
    return [(sums[pair] - _REFERENCE[pair][0], sums[pair + 2] - _REFERENCE[pair][1]) for pair in (0, 1)]


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _nll(value: float) -> float:
    return -math.log(_sigmoid(value))


def _of(loss_type: str, smoothing: float = 0.0) -> float:
    """The loss by its paper's formula."""
    ratios = _ratios()
    margins = [_BETA * (chosen - rejected) for chosen, rejected in ratios]
    lengths = [(_LENGTHS[pair], _LENGTHS[pair + 2]) for pair in (0, 1)]
    mean_chosen, mean_rejected = (max(sum(some) / 2, 0) for some in zip(*ratios, strict=True))
    by_pair = {
        "sigmoid": [(1 - smoothing) * _nll(margin) + smoothing * _nll(-margin) for margin in margins],
        "hinge": [max(0.0, 1 - margin) for margin in margins],
        "ipo": [
            (chosen / of_chosen - rejected / of_rejected - 1 / (2 * _BETA)) ** 2
            for (chosen, rejected), (of_chosen, of_rejected) in zip(ratios, lengths, strict=True)
        ],
        "robust": [((1 - smoothing) * _nll(m) - smoothing * _nll(-m)) / (1 - 2 * smoothing) for m in margins],
        "nca_pair": [
            _nll(_BETA * chosen) + _nll(-_BETA * chosen) / 2 + _nll(-_BETA * rejected) / 2
            for chosen, rejected in ratios
        ],
        "sppo_hard": [
            (chosen - 0.5 / _BETA) ** 2 + (rejected + 0.5 / _BETA) ** 2 for chosen, rejected in ratios
        ],
        "kto_pair": [
            (1 - _sigmoid(_BETA * (chosen - mean_rejected)) + 1 - _sigmoid(_BETA * (mean_chosen - rejected))) / 2
            for chosen, rejected in ratios
        ],
    }  # fmt: skip
    return sum(by_pair[loss_type]) / 2


@pytest.mark.parametrize(
    ("loss_type", "smoothing"),
    [
        ("sigmoid", 0.0),
        ("sigmoid", 0.1),
        ("hinge", 0.0),
        ("ipo", 0.0),
        ("kto_pair", 0.0),
        ("sppo_hard", 0.0),
        ("nca_pair", 0.0),
        ("robust", 0.0),
        ("robust", 0.2),
    ],
)
def test_every_loss_of_dpo_is_that_of_its_paper(loss_type: str, smoothing: float) -> None:
    settings = PreferenceSettings.model_validate({"loss_type": loss_type, "beta": _BETA, "label_smoothing": smoothing})
    policy = _policy(requires_grad=True)

    loss = dpo_loss(policy, torch.tensor(_REFERENCE), settings)
    loss.backward()  # type: ignore[no-untyped-call]  # torch is partly untyped

    assert loss.item() == pytest.approx(_of(loss_type, smoothing), rel=1e-5)
    gradient = policy.tokens.grad
    assert gradient is not None
    assert gradient[:2, 0].sum() < 0 < gradient[2:, 0].sum()  # chosen answers become likelier, rejected ones less


def test_the_log_ratios_are_told_chosen_first() -> None:
    chosen, rejected = log_ratios(_policy().sums, torch.tensor(_REFERENCE))

    assert list(zip(chosen.tolist(), rejected.tolist(), strict=True)) == pytest.approx(_ratios())


def test_orpo_is_the_loss_of_the_answer_less_the_weighted_odds() -> None:
    means = [sum(row) / length for row, length in zip(_TOKENS, _LENGTHS, strict=True)]
    odds = [math.exp(mean) / (1 - math.exp(mean)) for mean in means]
    expected = sum(-means[pair] + _BETA * _nll(math.log(odds[pair] / odds[pair + 2])) for pair in (0, 1)) / 2

    outcome = orpo_loss(_policy().means, _BETA)

    assert outcome.loss.item() == pytest.approx(expected, rel=1e-5)
    assert outcome.figures["nll_loss"].item() == pytest.approx(-(means[0] + means[1]) / 2)
    assert outcome.figures["log_odds_chosen"].item() == pytest.approx(
        sum(math.log(odds[pair] / odds[pair + 2]) for pair in (0, 1)) / 2, rel=1e-5
    )


def test_orpo_is_a_number_where_an_answer_is_certain() -> None:
    outcome = orpo_loss(torch.tensor([0.0, -1.0]), _BETA)

    assert math.isfinite(outcome.loss.item())


def test_the_ranking_and_the_focal_loss_of_scores() -> None:
    scores = [1.5, -0.5, 1.0, 0.25]
    likely = [_sigmoid(scores[pair] - scores[pair + 2]) for pair in (0, 1)]

    assert ranking(torch.tensor(scores)).item() == pytest.approx(-sum(map(math.log, likely)) / 2)
    assert focal(*torch.tensor(scores).chunk(2)).item() == pytest.approx(
        -sum((1 - 2 * max(0, p - 0.5)) ** 2 * math.log(p) for p in likely) / 2
    )


def test_the_penalties_of_scores() -> None:
    scores = [2.0, -1.0]
    barrier = -sum(math.log(score + 5) + math.log(5 - score) for score in scores) / 2

    assert penalty(torch.tensor(scores), "log_barrier").item() == pytest.approx(barrier)
    assert penalty(torch.tensor(scores), "L2").item() == pytest.approx(2.5)
    assert penalty(torch.tensor(scores), "none").item() == 0
    assert math.isfinite(penalty(torch.tensor([9.0]), "log_barrier").item())
