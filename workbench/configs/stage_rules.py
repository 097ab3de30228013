"""Settings that do not go with the stage of a training, each with what does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.configs.preference_settings import PAIR_STAGES
from workbench.i18n import N_

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

_SMOOTHED = {"sigmoid", "robust"}


def stage_problem(config: TrainConfig) -> str | None:
    """The first setting that the stage cannot do with, as a message id; None if there is none."""
    return next((reason for is_wrong, reason in _rules(config) if is_wrong), None)


def _rules(config: TrainConfig) -> list[tuple[bool, str]]:
    compares = config.stage in PAIR_STAGES
    asks = bool(config.identity_probes or config.retention_probes or config.question_sets)
    smooths = config.stage == "dpo" and config.preference.label_smoothing > 0
    return [
        (config.stage != "sft" and config.sees, N_("a model that sees is trained with stage: sft")),
        (
            compares and config.use_varlen_attn is True,
            N_("pairs of answers are not packed: use_varlen_attn is auto or false"),
        ),
        (
            compares and config.sequence_parallel_size > 1,
            N_("pairs of answers cannot be shared among GPUs: sequence_parallel_size is 1"),
        ),
        (
            smooths and config.preference.loss_type not in _SMOOTHED,
            N_("preference.label_smoothing needs loss_type: sigmoid or robust"),
        ),
        (
            config.stage == "reward" and asks,
            N_("a reward model answers no questions: leave identity_probes, retention_probes and question_sets empty"),
        ),
    ]
