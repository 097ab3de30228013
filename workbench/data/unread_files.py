"""Files in a folder of data that are not read, for whoever expects them to be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.data.arrow_folder import is_arrow_folder
from workbench.data.files import SPLITS_FILE, ending_of, is_about_the_folder, matching_files
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
    return _below(data_path, _may_be_meant)


def set_aside_files(data_path: str) -> list[Path]:
    """The texts about a folder, such as a README, which could be read but are not taken for rows to train on."""
    matched = [] if Path(resolve_model(data_path)).exists() else matching_files(data_path)
    return [*_below(data_path, is_about_the_folder), *(file for file in matched if is_about_the_folder(file.name))]


def _below(data_path: str, is_named: Callable[[str], bool]) -> list[Path]:
    """The files of such names in and below a folder of data, in order of their names."""
    folder = Path(resolve_model(data_path))
    return list(_walked(folder, is_named)) if folder.is_dir() and not _is_saved_dataset(folder) else []


def _walked(folder: Path, is_named: Callable[[str], bool]) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not is_arrow_folder(Path(parent, name))
        )
        yield from (Path(parent, name) for name in sorted(names) if is_named(name))


def _is_saved_dataset(folder: Path) -> bool:
    return is_arrow_folder(folder) or (folder / SPLITS_FILE).is_file()


def _may_be_meant(name: str) -> bool:
    ending = Path(name).suffix.lower()
    return bool(ending) and not name.startswith(".") and ending not in _NOT_MEANT and ending_of(name) is None
