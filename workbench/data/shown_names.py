"""How the files of the data are named in what is printed: the same everywhere, and short."""

from __future__ import annotations

from pathlib import Path

from workbench.data.readers.problems import place
from workbench.paths import resolve_model

_PATTERN_SIGNS = frozenset("*?[")


def shown_name(file: Path, path: str, *, among_others: bool = False) -> str:
    """A file of a data path, safe to print: below its folder if the path is one, as it stands if it is a pattern.

    Args:
        among_others: whether other paths are read too; then the path stays part of the name.
    """
    folder = Path(resolve_model(path))
    if folder.is_dir() and file.is_relative_to(folder):
        below = file.relative_to(folder)
        return place(Path(path) / below if among_others else below)
    if among_others and file == folder:
        return place(path)
    return place(file) if not _PATTERN_SIGNS.isdisjoint(path) and not folder.exists() else place(file.name)


def renamed(where: str, file: Path, name: str) -> str:
    """An error's place with the short name of its file in front."""
    for spelling in (place(file), str(file)):
        rest = where.removeprefix(spelling)
        if rest != where and rest[:1] in {"", ":"}:
            return name + rest
    return where
