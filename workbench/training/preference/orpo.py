"""Monolithic preference optimisation with odds ratios (arXiv:2403.07691): learning answers and preference at once."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import torch

from workbench.training.preference.log_probs import Likelihood
from workbench.training.preference.outcome import Outcome, preferred

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # trl calls it experimental, and says so at every import
    from trl.experimental.orpo import ORPOTrainer


class Orpo:
    """The loss of the chosen answers, less ``beta`` times the log-sigmoid of the odds ratio."""

    needs_reference = False

    def __init__(self, beta: float, *, likelihood: Likelihood) -> None:
        self._beta = beta
        self._likelihood = likelihood

    def __call__(self, model: Any, inputs: dict[str, Any], reference: torch.Tensor | None) -> Outcome:
        means = self._likelihood(model, inputs).means
        return orpo_loss(means, self._beta)


def orpo_loss(means: torch.Tensor, beta: float) -> Outcome:
    """The outcome of log-probabilities per token ``[2 * pairs]``, those of the chosen answers first."""
    chosen, rejected = means.chunk(2)
    odds = SimpleNamespace(beta=beta, accelerator=SimpleNamespace(device=means.device))
    weighted, chosen_rewards, rejected_rewards, ratio, log_odds = ORPOTrainer.odds_ratio_loss(
        odds, _below_one(chosen), _below_one(rejected)
    )
    nll = -chosen.mean()
    figures = {
        "chosen_rewards": chosen_rewards.mean(),
        "rejected_rewards": rejected_rewards.mean(),
        "reward_acc": preferred(chosen_rewards, rejected_rewards),
        "reward_margin": (chosen_rewards - rejected_rewards).mean(),
        "log_odds_ratio": ratio.detach(),
        "log_odds_chosen": log_odds.detach(),
        "nll_loss": nll.detach(),
    }
    return Outcome(nll - weighted.mean(), figures)


def _below_one(log_probability: torch.Tensor) -> torch.Tensor:
    """The odds of a certain answer are infinite, and their difference no number."""
    return log_probability.clamp(max=-1e-6)
