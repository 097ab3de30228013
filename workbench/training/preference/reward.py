"""Losses of a reward model, which gives a score to an answer.

The ranking loss is trl's (Bradley–Terry); focal loss and penalty are those of InternLM2's reward model (technical
report, arXiv:2403.17297, §4.3.1), with XTuner's names and bounds.
"""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import torch
from trl import RewardTrainer

from workbench.configs.preference_settings import PreferenceSettings
from workbench.training.preference.outcome import Outcome, preferred

_GAMMA = 2.0
_BOUND = 5.0
"""The barrier keeps scores between -5 and 5."""
_LEAST = 1e-3


class Reward:
    """Scores chosen answers above rejected ones, and all of them near zero."""

    needs_reference = False

    def __init__(self, settings: PreferenceSettings) -> None:
        self._settings = settings

    def __call__(self, model: Any, inputs: dict[str, Any], reference: torch.Tensor | None) -> Outcome:
        scores = model(input_ids=inputs["input_ids"], use_cache=False).logits.float().squeeze(-1)
        chosen, rejected = scores.chunk(2)
        loss = ranking(scores) if self._settings.reward_loss_type == "ranking" else focal(chosen, rejected)
        loss = loss + self._settings.penalty_weight * penalty(scores, self._settings.penalty_type)
        chosen, rejected = chosen.detach(), rejected.detach()
        figures = {
            "acc": preferred(chosen, rejected),
            "chosen_score_mean": chosen.mean(),
            "rejected_score_mean": rejected.mean(),
        }
        return Outcome(loss, figures)


def ranking(scores: torch.Tensor) -> torch.Tensor:
    """Trl's loss of scores ``[2 * pairs]``, the chosen ones first."""
    loss: torch.Tensor = _OfTrl().compute_loss(
        lambda **_inputs: SimpleNamespace(logits=scores.unsqueeze(-1)), {"attention_mask": scores}
    )
    return loss


def focal(chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """Ranking with less weight on pairs that are told apart: ``-(1 - 2 max(0, p - 1/2))^2 log p``."""
    likely = torch.sigmoid(chosen - rejected)
    weight = (1 - 2 * torch.relu(likely - 0.5)) ** _GAMMA
    return -(weight * torch.nn.functional.logsigmoid(chosen - rejected)).mean()


def penalty(scores: torch.Tensor, kind: str) -> torch.Tensor:
    """What grows as scores leave zero: ``-(log(s + 5) + log(5 - s))``, or ``s²``; their mean. 0 for ``none``."""
    if kind == "L2":
        return (scores**2).mean()
    if kind == "log_barrier":
        below, above = (scores + _BOUND).clamp(min=_LEAST), (_BOUND - scores).clamp(min=_LEAST)
        return -(below.log() + above.log()).mean()
    return scores.new_zeros(())


class _OfTrl(RewardTrainer):  # type: ignore[misc]  # trl is untyped
    """Of trl's trainer the loss alone, with what it reads of itself; it never trains."""

    def __init__(self) -> None:
        self.model = SimpleNamespace(training=False)
        self.args = SimpleNamespace(center_rewards_coefficient=None)
        self.accelerator = SimpleNamespace(gather=_same, gather_for_metrics=_same)
        self._metrics: dict[str, Any] = {"eval": defaultdict(list)}
        self._total_train_tokens = 0


def _same(value: torch.Tensor) -> torch.Tensor:
    return value
