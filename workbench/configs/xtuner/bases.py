"""Other files that a config builds on: ``from .base import *`` and ``_base_ = […]``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

from workbench.configs.xtuner.limits import CannotReadError
from workbench.configs.xtuner.values import Settings, Value
from workbench.i18n import _


class Bases:
    """Finds the files that one file names, which must lie in the config's own folder or below it.

    Args:
        file: the file that names others.
        root: the folder of the config.
        read: the names that a file defines.
    """

    def __init__(self, file: Path, root: Path, read: Callable[[Path], Settings]) -> None:
        self._file = file
        self._root = root
        self._read = read

    def imported(self, node: ast.ImportFrom) -> Settings:
        """The names that a relative import brings.

        Raises:
            CannotReadError: the file is missing or lies outside, or lacks a name.
        """
        if node.module is None:
            raise CannotReadError(_("takes whole files; name what is taken from them"))
        folder = self._file.parent
        for _level in range(node.level - 1):
            folder = folder.parent
        found = self._read(self._inside(folder.joinpath(*node.module.split(".")).with_suffix(".py")))
        if any(alias.name == "*" for alias in node.names):
            return _only(found, {name: name for name in found if not name.startswith("_")})
        return _only(found, {alias.asname or alias.name: alias.name for alias in node.names})

    def old_style(self, path: Value) -> Settings:
        """The names of a file given by its path, relative to the one that names it.

        Raises:
            CannotReadError: it is not a path, is missing, or lies outside.
        """
        if not isinstance(path, str) or not path.endswith(".py"):
            raise CannotReadError(_("names a base that is not a .py file"))
        return self._read(self._inside(self._file.parent / path))

    def _inside(self, path: Path) -> Path:
        resolved = path.resolve()
        if not resolved.is_relative_to(self._root.resolve()):
            raise CannotReadError(_("lies outside the config's folder, and nothing there is read"))
        if not resolved.is_file():
            raise CannotReadError(_("there is no file {name}").format(name=path.name))
        return resolved


def _only(found: Settings, wanted: dict[str, str]) -> Settings:
    """Some names, each under the name that it is wanted by."""
    missing = [name for name in wanted.values() if name not in found]
    if missing:
        raise CannotReadError(_("the file does not define {name}").format(name=missing[0]))
    return Settings(
        {new: found[name] for new, name in wanted.items()}, {new: found.places[name] for new, name in wanted.items()}
    )
