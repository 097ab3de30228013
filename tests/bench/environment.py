"""The environment of what is measured: a user without settings, on a terminal of today, with an installed workbench."""

from __future__ import annotations

import os

from tests.e2e.project import Project

_LEFT_OUT = (
    "NO_COLOR",
    "SSH_CONNECTION",
    "TMUX",
    "TEXTUAL_THEME",
    "TEXTUAL_FPS",
    "TEXTUAL_ANIMATIONS",
    "PYTHONDONTWRITEBYTECODE",  # an installed package is compiled
    "PYTHONUNBUFFERED",
)


def environment(project: Project) -> dict[str, str]:
    """For programs that run in a project."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": str(project.folder)}
    return kept | terminal | project.environment
