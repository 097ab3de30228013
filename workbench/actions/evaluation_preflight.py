"""What scores of a training need, looked at before it starts."""

from __future__ import annotations

from pathlib import Path

from workbench.data.probes import read_probes
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model


def check_question_file(file: str, *, sees: bool) -> None:
    """Read a question file.

    Raises:
        WorkbenchError: it is missing or wrong, or asks about pictures a model that reads text only.
    """
    path = Path(resolve_model(file))
    probes = read_probes(path)
    seeing = next((number for number, probe in enumerate(probes, start=1) if probe.image), None)
    if seeing is not None and not sees:
        raise WorkbenchError(
            _("This question is about a picture, and the model reads text only."),
            where=f"{path}:{seeing}:image",
            fix=_("Take such questions out, or train a model that sees."),
        )
