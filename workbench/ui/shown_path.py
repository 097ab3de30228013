"""Paths as a person reads them. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.text import printable


def shown_path(path: Path, project: Path | None = None) -> str:
    """A path as seen from the project if it lies in it, else with ``~`` for the user's own folder."""
    if project is not None and path.is_relative_to(project):
        return printable(str(path.relative_to(project)))
    try:
        return printable(str("~" / path.relative_to(Path.home())))
    except (ValueError, RuntimeError):  # elsewhere, or a user without a home
        return printable(str(path))
