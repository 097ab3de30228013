"""Completing the path of a file while it is typed. No Textual here."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from workbench.paths import SAMPLE_PREFIX, resolve_model

_MOST_ENTRIES = 20_000
"""Of a folder with more, only so many are looked at."""


def completed(typed: str, endings: tuple[str, ...]) -> tuple[str, list[str]]:
    """The path as far as there is only one way to go on, and the names to choose among from there.

    It keeps the form in which it was begun; folders end in a slash.

    Args:
        endings: of the names of files, in small letters.
    """
    before, name = _split(typed)
    names = _names(Path(resolve_model(before) or ".").expanduser(), name, endings)
    common = os.path.commonprefix(names) or name  # noqa: RUF071 - of names, not of paths
    return before + common, names if len(names) > 1 else []


def _split(typed: str) -> tuple[str, str]:
    """The folder as it was typed, and the beginning of a name in it."""
    before, slash, name = typed.rpartition("/")
    if not slash and typed.startswith(SAMPLE_PREFIX):
        return SAMPLE_PREFIX, typed.removeprefix(SAMPLE_PREFIX)
    return before + slash, name


def _names(folder: Path, beginning: str, endings: tuple[str, ...]) -> list[str]:
    """The folders, and the files with these endings, in a folder whose names begin so."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _MOST_ENTRIES):
                is_hidden = entry.name.startswith(".") and not beginning
                if is_hidden or not entry.name.startswith(beginning):
                    continue
                if entry.is_dir():
                    found.append(f"{entry.name}/")
                elif entry.name.lower().endswith(endings):
                    found.append(entry.name)
    except OSError:
        return []
    return sorted(found)
