"""Which settings of validation and scores go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.i18n import N_

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

OWN_SCORES = ("identity", "retention", "seeing")
"""Scores with a field of their own."""


def evaluation_problem(config: TrainConfig) -> str | None:
    """What is wrong with them together, as a message to be translated; None if nothing is."""
    if config.eval_ratio and config.eval_data_path:
        return N_("eval_ratio and eval_data_path exclude each other: set one of them")
    if config.early_stopping_patience and not (config.eval_ratio or config.eval_data_path):
        return N_("early_stopping_patience needs a validation loss: set eval_ratio or eval_data_path")
    if set(config.question_sets) & set(OWN_SCORES):
        return N_("question_sets: identity, retention and seeing have fields of their own; choose another name")
    if not all(name.replace("_", "").replace("-", "").isalnum() for name in config.question_sets):
        return N_("question_sets: names are letters, digits, _ and -")
    return None
