"""Weights that give a score to an answer (``stage: reward``): recognised, and refused where text is to be written."""

from __future__ import annotations

import shlex
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.small_json import json_object

_SCORERS = ("ForSequenceClassification", "ForRewardModel")
"""How the classes of models end that give scores, as transformers and InternLM2's reward models name them."""
_TASK = "SEQ_CLS"
"""peft's name for what such an adapter is for."""


def is_scorer(folder: Path) -> bool:
    """Whether a folder holds an adapter or a whole model that gives scores."""
    if json_object(folder / "adapter_config.json").get("task_type") == _TASK:
        return True
    return scores_by(json_object(folder / "config.json").get("architectures"))


def scores_by(architectures: object) -> bool:
    """Whether these ``architectures`` of a config are of a model that gives scores."""
    return isinstance(architectures, list) and bool(architectures) and str(architectures[0]).endswith(_SCORERS)


def refuse_scorer(folder: Path) -> None:
    """
    Raises:
        WorkbenchError: a folder holds what gives scores, so that it cannot write text.
    """
    if is_scorer(folder):
        raise WorkbenchError(
            _("This is a reward model: it gives a score to an answer and writes none."),
            where=str(folder),
            fix=how_to_score(folder),
        )


def gives_no_scores(named: str) -> WorkbenchError:
    """What to raise for weights that are to give scores and cannot."""
    return WorkbenchError(
        _("These weights write text and give no scores."),
        where=named,
        fix=_("Name a reward model: what a training with stage: reward made."),
    )


def how_to_score(folder: Path) -> str:
    """What a folder that gives scores is for, as a mend."""
    return _("Score answers with it: workbench score {folder} FILE").format(folder=shlex.quote(str(folder)))
