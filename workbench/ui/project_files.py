"""The data files of a project, to be offered where one is asked for. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.data.files import is_data_name

_PLACES = ("*", "data/*")


def project_data_files(project: Path) -> tuple[str, ...]:
    """Files with rows to train on, as paths from the project; those with questions to score with are not among them."""
    return tuple(
        str(path.relative_to(project))
        for place in _PLACES
        for path in sorted(project.glob(place))
        if path.is_file() and is_data_name(path.name)
    )
