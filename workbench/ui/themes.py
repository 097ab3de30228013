"""Themes: one small TOML file each, ours and the user's, checked before they are used."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

from rich.errors import StyleSyntaxError
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _
from workbench.paths import shipped, user_config

DEFAULT_THEME = "workbench-dark"
SIXTEEN_COLOUR_THEME = "workbench-16"
_KEYS = {field.name: str(field.type) for field in dataclasses.fields(Theme)}
_COLOUR_KEYS = {key for key, kind in _KEYS.items() if kind.startswith("str") and key != "name"}
_SHARE = re.compile(r"\s+\d+(\.\d+)?%$")
_NOT_NAMED = {"auto", "initial"}
"""Values of a variable that stand for a colour."""
_PYTHON_KINDS: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "float": (int, float),
    "dict[str, str]": (dict,),
}


def read_theme(path: Path) -> Theme:
    """The theme of a file; its keys are those of Textual's ``Theme``.

    Raises:
        WorkbenchError: the file is not TOML, lacks a key, has an unknown one, or a value that is no colour;
            ``where`` is ``file:key``.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkbenchError(_("The theme cannot be read: {reason}").format(reason=error), where=str(path)) from error
    for key in ("name", "primary"):
        if key not in values:
            raise WorkbenchError(_("A theme needs the key {key}.").format(key=key), where=str(path))
    for key, value in values.items():
        _check(path, key, value)
    try:
        theme = Theme(**values)
        theme.to_color_system().generate()
    except (TypeError, ValueError, AttributeError, ColorParseError) as error:
        raise WorkbenchError(_("The theme cannot be used: {reason}").format(reason=error), where=str(path)) from error
    return theme


def _check(path: Path, key: str, value: Any) -> None:
    """Refuse what Textual would stumble over only when it paints."""
    where = f"{path}:{key}"
    if key not in _KEYS:
        names = ", ".join(nearest(key, _KEYS) or _KEYS)
        raise WorkbenchError(
            _("Unknown key `{key}`.").format(key=key), where=where, fix=_("Did you mean {names}?").format(names=names)
        )
    kinds = _PYTHON_KINDS.get(_KEYS[key], (str,))
    is_one_of_them = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    if not is_one_of_them:
        raise WorkbenchError(_("This value has the wrong type: {value}").format(value=value), where=where)
    if key in _COLOUR_KEYS:
        _check_colour(where, value)
    if key == "variables":
        for name, text in value.items():
            _check_variable(f"{where}.{name}", name, text)


def _check_colour(where: str, value: str) -> None:
    try:
        Color.parse(value)
    except ColorParseError as error:
        raise WorkbenchError(
            _("{value} is no colour.").format(value=value),
            where=where,
            fix=_("Write it as #rrggbb, or by name."),
        ) from error


def _check_variable(where: str, name: str, value: Any) -> None:
    """A variable of the style sheets: a text style if it is called one, else a colour, perhaps with its share."""
    if not isinstance(value, str):
        raise WorkbenchError(_("This value has the wrong type: {value}").format(value=value), where=where)
    if "style" in name:
        try:
            Style.parse(value)
        except StyleSyntaxError as error:
            raise WorkbenchError(_("The theme cannot be used: {reason}").format(reason=error), where=where) from error
    elif (colour := _SHARE.sub("", value)) not in _NOT_NAMED:
        _check_colour(where, colour)


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
