"""Themes: one small TOML file each, ours and the user's, checked before they are used."""

from __future__ import annotations

import tomllib
from pathlib import Path

from textual.color import ColorParseError
from textual.theme import Theme

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import shipped, user_config

DEFAULT_THEME = "workbench-dark"
SIXTEEN_COLOUR_THEME = "workbench-16"


def read_theme(path: Path) -> Theme:
    """The theme of a file; its keys are those of Textual's ``Theme``.

    Raises:
        WorkbenchError: the file is not TOML, has an unknown key, or a colour that is none.
    """
    try:
        theme = Theme(**tomllib.loads(path.read_text(encoding="utf-8")))
        theme.to_color_system().generate()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, ValueError, ColorParseError) as error:
        raise WorkbenchError(_("The theme cannot be used: {reason}").format(reason=error), where=str(path)) from error
    return theme


def load_themes() -> tuple[list[Theme], list[WorkbenchError]]:
    """All themes, the user's last so that they win over ours of the same name, and what is wrong with the others."""
    themes: dict[str, Theme] = {}
    problems: list[WorkbenchError] = []
    for folder in (shipped("themes"), user_config() / "themes"):
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except WorkbenchError as error:
                problems.append(error)
            else:
                themes[theme.name] = theme
    return list(themes.values()), problems
