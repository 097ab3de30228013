"""What the settings of validation and scores mean, and which go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.i18n import N_, _

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

IDENTITY, RETENTION, SEEING = "identity", "retention", "seeing"
OWN_SCORES = (IDENTITY, RETENTION, SEEING)
"""Scores with a field of their own."""
PREFERENCE = "preference"
"""The score of a reward model: the share of pairs whose chosen answer it gives more."""
PROBE_MAX_NEW_TOKENS = 64
"""The longest answer to a probe, in tokens; what is asked of there is said in its first words."""


def score_text(name: str) -> str:
    """The word for a score; one that is not known is its own word."""
    known = {IDENTITY: _("identity"), RETENTION: _("retention"), SEEING: _("seeing"), PREFERENCE: _("preference")}
    return known.get(name, name)


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


def question_files(config: TrainConfig) -> dict[str, str]:
    """All files of questions with known answers, by the name of their score."""
    own = dict(zip(OWN_SCORES, (config.identity_probes, config.retention_probes, config.image_probes), strict=True))
    return {name: file for name, file in own.items() if file} | config.question_sets


def validation_config(config: TrainConfig) -> TrainConfig | None:
    """The config whose training data is the data of ``eval_data_path``; None if there is none."""
    if config.eval_data_path is None:
        return None
    formats = config.dataset_format if "," not in config.dataset_format else "auto"
    folder = config.image_folder if "," not in (config.image_folder or "") else None
    settings = {"data_path": config.eval_data_path, "eval_data_path": None, "max_dataset_length": None}
    no_patience = {"early_stopping_patience": None}
    return config.model_copy(update={**settings, **no_patience, "dataset_format": formats, "image_folder": folder})
