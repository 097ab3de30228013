"""Weights that give a score to an answer (``stage: reward``): recognised, and refused where text is to be written."""

from __future__ import annotations

import shlex
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.small_json import json_object

_SCORERS = ("ForSequenceClassification", "ForRewardModel")
"""How the classes of models end that give scores, as transformers and InternLM2's reward models name them."""
TOKEN_FIELD = "reward_token_id"
"""Of a ``config.json``: the token that is put behind an answer, to read its score there."""
XTUNER_CONFIG = "xtuner_config.py"
"""The config of the training, as XTuner leaves it beside what it converted."""
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


def reward_token_of(folder: Path) -> int | None:
    """The token behind an answer at which a reward model gives its score; None if that is the answer's own last one.

    XTuner's reward models of other families than InternLM2 say it only in the config of their training.

    Raises:
        WorkbenchError: that config cannot be read.
    """
    told = json_object(folder / "config.json").get(TOKEN_FIELD)
    if isinstance(told, int):
        return told
    config = folder / XTUNER_CONFIG
    if not config.is_file():
        return None
    from workbench.configs.xtuner.read import read_xtuner_config  # here: the app's first paint does without it

    return read_xtuner_config(config).reward_token_id


def no_such_token(token: int, count: int, where: str, fix: str) -> WorkbenchError:
    """What to raise for a token to read the score at that is none of a model's ``count`` tokens."""
    text = _("The token {token} at which the score is read is none of the model's {count}.")
    return WorkbenchError(text.format(token=token, count=count), where=where, fix=fix)


def refuse_scorer(folder: Path, fix: str | None = None) -> None:
    """
    Args:
        fix: what to do instead; else the command.

    Raises:
        WorkbenchError: a folder holds what gives scores, so that it cannot write text.
    """
    if is_scorer(folder):
        raise WorkbenchError(
            _("This is a reward model: it gives a score to an answer and writes none."),
            where=str(folder),
            fix=fix or how_to_score(folder),
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
