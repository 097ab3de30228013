"""What scores of a training need, looked at before it starts."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.evaluation_rules import IDENTITY
from workbench.data.probes import read_probes
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model


def check_question_file(score: str, file: str, *, sees: bool) -> None:
    """Read the question file of a score.

    Raises:
        WorkbenchError: it is missing or wrong, or asks about pictures a model that reads text only.
    """
    path = Path(resolve_model(file))
    try:
        probes = read_probes(path)
    except WorkbenchError as error:
        if score != IDENTITY or path.exists():
            raise
        fix = _("Check its path, or make a dataset with 'workbench data identity'.")
        raise WorkbenchError(error.what, where=error.where, fix=fix) from error
    seeing = next((number for number, probe in enumerate(probes, start=1) if probe.image), None)
    if seeing is not None and not sees:
        raise WorkbenchError(
            _("This question is about a picture, and the model reads text only."),
            where=f"{path}:{seeing}:image",
            fix=_("Take such questions out, or train a model that sees."),
        )
