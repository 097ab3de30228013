"""What a checkpoint was made of when it was complete: every file's size and checksum. Light: the standard library alone.

``manifest.json`` lies in the checkpoint. It also tells a file that is whole by its own header, but not what was saved: a
byte that a disk or a copy has changed.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path

MANIFEST_FILE = "manifest.json"
_CHANGES_LATER = frozenset({MANIFEST_FILE, "workbench.json"})
_WHOLE_UP_TO = 256 * 2**20
_STRETCH, _EVERY = 2**20, 32 * 2**20
"""Of a larger file, a stretch of every so many bytes is read: 3 %, so that a save of many GB is not held up."""


def write_manifest(folder: Path) -> None:
    """Note the files of a checkpoint, and wait until they are on the disk.

    Raises:
        OSError: a file cannot be read, or the disk is full.
    """
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    noted = {str(name): _facts(folder / name) for name in names if name.name not in _CHANGES_LATER}
    (folder / MANIFEST_FILE).write_text(json.dumps({"files": noted}, indent=1), encoding="utf-8")
    for path in (*folder.rglob("*"), folder):
        to_disk(path)


def what_is_damaged(folder: Path, *, but: Callable[[str], bool] = lambda name: False) -> str | None:
    """The first file whose size or content is not that which was noted; None if all are, or nothing was noted.

    Args:
        but: names of files, as paths in the folder, that do not matter.
    """
    try:
        noted = json.loads((folder / MANIFEST_FILE).read_bytes())["files"]
        matters = ((name, facts) for name, facts in noted.items() if not but(name))
        return next((name for name, facts in matters if not _is_as(folder / name, facts)), None)
    except FileNotFoundError:
        return None  # saved before there were manifests
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None if but(MANIFEST_FILE) else MANIFEST_FILE


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would be there after the power has gone."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # file systems that cannot do that for folders
        if path.is_file():
            raise
    finally:
        os.close(handle)


def _is_as(path: Path, facts: list[int]) -> bool:
    try:
        return path.stat().st_size == facts[0] and _facts(path) == facts
    except FileNotFoundError:
        return False


def _facts(path: Path) -> list[int]:
    """Size in bytes, and CRC-32 of the bytes that are read."""
    size, checksum = path.stat().st_size, 0
    every = _STRETCH if size <= _WHOLE_UP_TO else _EVERY
    with path.open("rb") as stream:
        for start in [*range(0, size, every), max(size - _STRETCH, 0)]:
            stream.seek(start)
            checksum = zlib.crc32(stream.read(_STRETCH), checksum)
    return [size, checksum]
