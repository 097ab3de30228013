"""What scores and figures of a training need, looked at before it starts."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.evaluation_rules import question_files
from workbench.configs.schema import TrainConfig
from workbench.configs.sinks import require_sinks
from workbench.data.probes import read_probes
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model


def check_evaluation(config: TrainConfig) -> None:
    """Read the question files, and look for the packages that figures are to be sent with.

    Raises:
        WorkbenchError: a file is missing or wrong, asks about pictures a model that reads text only, or a package is
            not installed.
    """
    for file in question_files(config).values():
        path = Path(resolve_model(file))
        probes = read_probes(path)
        seeing = next((number for number, probe in enumerate(probes, start=1) if probe.image), None)
        if seeing is not None and not config.sees:
            raise WorkbenchError(
                _("This question is about a picture, and the model reads text only."),
                where=f"{path}:{seeing}:image",
                fix=_("Take such questions out, or train a model that sees."),
            )
    require_sinks(config.report_to)
