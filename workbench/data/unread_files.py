"""Files in a folder of data that are not read, for whoever expects them to be."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.data.arrow_folder import is_arrow_folder
from workbench.data.files import SPLITS_FILE, ending_of
from workbench.paths import resolve_model

_NOT_MEANT = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".bmp",
        ".tif",
        ".tiff",
        ".avif",
        ".jp2",
        ".ppm",
        ".mp4",
        ".wav",
        ".mp3",
        ".lock",
        ".crc",
        ".py",
        ".yaml",
        ".yml",
        ".gitignore",
    ]
)
"""Endings of what stands beside data without being rows: pictures, programs, settings."""


def unread_files(data_path: str) -> list[Path]:
    """The files in and below a folder whose endings are none that can be read; nothing if it is no folder.

    Hidden files, pictures, and files without an ending are not among them.
    """
    folder = Path(resolve_model(data_path))
    if not folder.is_dir() or is_arrow_folder(folder) or (folder / SPLITS_FILE).is_file():
        return []
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not is_arrow_folder(Path(parent, name))
        )
        found += [Path(parent, name) for name in sorted(names) if _may_be_meant(name)]
    return found


def _may_be_meant(name: str) -> bool:
    ending = Path(name).suffix.lower()
    return bool(ending) and not name.startswith(".") and ending not in _NOT_MEANT and ending_of(name) is None
