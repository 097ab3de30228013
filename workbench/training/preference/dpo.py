"""Direct preference optimisation (arXiv:2305.18290) and its kin: trl's losses on our log-probabilities."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import torch
from torch.nn.functional import logsigmoid
from trl import DPOTrainer

from workbench.configs.preference_settings import PreferenceSettings
from workbench.training.preference.log_probs import Likelihood, LogProbs
from workbench.training.preference.outcome import Outcome, preferred


class Dpo:
    """Raises what the model gives to chosen answers over rejected ones, measured from where it began."""

    needs_reference = True

    def __init__(self, settings: PreferenceSettings, *, likelihood: Likelihood) -> None:
        self._settings = settings
        self._likelihood = likelihood

    def __call__(self, model: Any, inputs: dict[str, Any], reference: torch.Tensor | None) -> Outcome:
        assert reference is not None
        policy = self._likelihood(model, inputs)
        loss = dpo_loss(policy, reference, self._settings)
        chosen, rejected = (self._settings.beta * ratio for ratio in log_ratios(policy.sums.detach(), reference))
        figures = {
            "chosen_rewards": chosen.mean(),
            "rejected_rewards": rejected.mean(),
            "reward_acc": preferred(chosen, rejected),
            "reward_margin": (chosen - rejected).mean(),
        }
        return Outcome(loss, figures)


def log_ratios(sums: torch.Tensor, reference: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How much more likely chosen and rejected answers have become, as logarithms, ``[pairs]`` each.

    Args:
        sums: log-probabilities now, ``[2 * pairs]``, the chosen ones first.
        reference: before training, ``[pairs, 2]``.
    """
    chosen, rejected = sums.chunk(2)
    return chosen - reference[:, 0], rejected - reference[:, 1]


def dpo_loss(policy: LogProbs, reference: torch.Tensor, settings: PreferenceSettings) -> torch.Tensor:
    """The mean loss of a batch: trl's by the same name, but for what trl does not have."""
    chosen, rejected = log_ratios(policy.sums, reference)
    if settings.loss_type == "kto_pair":
        return kto_pair(chosen, rejected, settings.beta)
    if settings.loss_type == "sigmoid" and settings.label_smoothing:
        return smoothed_sigmoid(chosen, rejected, settings.beta, settings.label_smoothing)
    return _OfTrl(settings).loss(policy, reference)


def smoothed_sigmoid(chosen: torch.Tensor, rejected: torch.Tensor, beta: float, smoothing: float) -> torch.Tensor:
    """Conservative DPO (https://ericmitchell.ai/cdpo.pdf, equation 6) on log-ratios: a share of pairs may be flipped."""
    margin = beta * (chosen - rejected)
    return -((1 - smoothing) * logsigmoid(margin) + smoothing * logsigmoid(-margin)).mean()


def kto_pair(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """KTO (arXiv:2402.01306, equation 7) on pairs of log-ratios, as XTuner has it.

    Each answer is held against the mean log-ratio of the batch's answers of the other kind, which stands for the
    divergence from the model before training and is at least 0.
    """
    of_chosen, of_rejected = (ratio.mean().clamp(min=0) for ratio in (chosen, rejected))
    better = 1 - torch.sigmoid(beta * (chosen - of_rejected))
    worse = 1 - torch.sigmoid(beta * (of_chosen - rejected))
    return (better + worse).mean() / 2


class _OfTrl(DPOTrainer):  # type: ignore[misc]  # trl is untyped
    """Of trl's trainer the loss alone, with what it reads of itself; it never trains."""

    def __init__(self, settings: PreferenceSettings) -> None:
        self.loss_types, self.loss_weights = [settings.loss_type], [1.0]
        self.beta, self.label_smoothing = settings.beta, settings.label_smoothing
        self.f_divergence_type, self.ld_alpha, self.use_weighting = "reverse_kl", None, False
        self.precompute_ref_logps, self.aux_loss_enabled = True, False
        self.model = SimpleNamespace(training=True)
        self._metrics: dict[str, Any] = {"train": defaultdict(list)}
        self._total_train_tokens, self._tp_size = 0, 1

    def loss(self, policy: LogProbs, reference: torch.Tensor) -> torch.Tensor:
        """The loss of log-probabilities that are known already."""
        self.accelerator = SimpleNamespace(device=policy.tokens.device, gather=_same, gather_for_metrics=_same)
        none = torch.zeros_like(policy.tokens)
        known = SimpleNamespace(log_probs=policy.tokens, entropy=none, mean_logits=none, is_top1=policy.trained)
        # trl drops the first column, as its masks are those of tokens and ours those of predictions
        trained = torch.nn.functional.pad(policy.trained.long(), (1, 0))
        inputs = {
            "input_ids": trained,
            "attention_mask": trained,
            "completion_mask": trained,
            "ref_chosen_logps": reference[:, 0],
            "ref_rejected_logps": reference[:, 1],
        }
        loss: torch.Tensor = self._compute_loss(lambda **_inputs: known, inputs, return_outputs=False)
        return loss


def _same(value: torch.Tensor) -> torch.Tensor:
    return value
