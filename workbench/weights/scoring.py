"""Weights that give a score to an answer (``stage: reward``) are recognised, and refused where text is to be written."""

from __future__ import annotations

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
    names = json_object(folder / "config.json").get("architectures")
    return isinstance(names, list) and bool(names) and str(names[0]).endswith(_SCORERS)


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


def how_to_score(folder: Path) -> str:
    """What opens a folder that gives scores, as a mend."""
    if not (folder / "adapter_config.json").is_file():
        return _("In Python, AutoModelForSequenceClassification of transformers opens it.")
    return _(
        "In Python: open its base with AutoModelForSequenceClassification of transformers and num_labels=1, "
        "and put this folder on it with PeftModel of peft."
    )
