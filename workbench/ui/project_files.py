"""The data files of a project, to be offered where one is asked for. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.data.files import is_data_name
from workbench.data.probes import Probe
from workbench.data.read import raw_rows
from workbench.errors import WorkbenchError

_PLACES = ("*", "data/*")
_LARGEST_OF_QUESTIONS = 1 << 20
"""Bytes; what is larger is not read to see whether it holds questions to score with."""


def project_data_files(project: Path) -> tuple[str, ...]:
    """Files with rows to train on, as paths from the project; those with questions to score with are not among them."""
    return tuple(
        str(path.relative_to(project))
        for place in _PLACES
        for path in sorted(project.glob(place))
        if path.is_file() and is_data_name(path.name) and not _asks(path)
    )


def _asks(path: Path) -> bool:
    """Whether the first row of a file is a question with the answers that count as right."""
    try:
        if path.stat().st_size > _LARGEST_OF_QUESTIONS:
            return False
        first = next((set(row) for _number, row in raw_rows(path)), set())
    except (OSError, WorkbenchError):  # what is wrong with it is told by those who open it
        return False
    return {"question", "answers"} <= first <= set(Probe.model_fields)
