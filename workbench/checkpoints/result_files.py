"""Which files of a result's folder are the result's own: ``workbench.json`` names them."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.configs.provenance import PROVENANCE_FILE
from workbench.files import write_atomic

_FILES = "files"


def note_files(folder: Path) -> None:
    """Add the names of all files to ``workbench.json``, so that what a user adds later can be told from them.

    Raises:
        OSError: the folder cannot be written.
    """
    noted = folder / PROVENANCE_FILE
    if noted.is_file():
        known = json.loads(noted.read_bytes())
        write_atomic(noted, json.dumps(known | {_FILES: _files_in(folder)}, indent=2, ensure_ascii=False) + "\n")


def added_files(result: Path) -> list[str] | None:
    """The files of an earlier result's folder that are not the result's own; None if it is no earlier result."""
    try:
        made = set(json.loads((result / PROVENANCE_FILE).read_bytes())[_FILES])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [name for name in _files_in(result) if name not in made]


def _files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
