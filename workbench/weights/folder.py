"""What lies in a folder, listed once: its files with their sizes, its folders, what changes when it does."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.weights.seeing import LLAVA_PARTS

_TORCH_STATE = ("training_args.bin", "optimizer.bin")
_MOST_FILES = 20_000


@dataclass(frozen=True)
class Folder:
    """A folder's files and folders by name, links followed."""

    path: Path
    files: dict[str, os.stat_result]
    folders: frozenset[str]

    @property
    def weights(self) -> list[Path]:
        """The weight files a model is loaded from: safetensors, or ``.bin`` if there are none."""
        for suffix in (".safetensors", ".bin"):
            found = [self.path / name for name in sorted(self.files) if _is_weights(name, suffix)]
            if found:
                return found
        return []

    @property
    def indexes(self) -> list[Path]:
        """The files that say which weight file holds which tensor."""
        return [self.path / name for name in sorted(self.files) if name.endswith(".index.json")]

    @property
    def shards(self) -> list[str]:
        """The names of DeepSpeed's files."""
        return sorted(name for name in self.files if name.endswith(("_model_states.pt", "_optim_states.pt")))


def listed(path: Path) -> Folder:
    """Look into a folder.

    Raises:
        OSError: it cannot be read.
    """
    files, folders = {}, set()
    with os.scandir(path) as entries:
        for entry in entries:
            try:
                if entry.is_dir():
                    folders.add(entry.name)
                elif entry.is_file():
                    files[entry.name] = entry.stat()
            except OSError:  # it went away meanwhile
                continue
    return Folder(path, files, frozenset(folders))


def signature_of(path: Path) -> object:
    """Changes whenever what can be seen of weights may have changed; cheaper than looking."""
    try:
        if not path.is_dir():
            return _stamp(path.stat())
        folder = listed(path)
    except OSError:
        return None
    parts = [signature_of(path / name) for name in LLAVA_PARTS if name in folder.folders]
    return tuple((name, _stamp(stat)) for name, stat in sorted(folder.files.items())), folder.folders, tuple(parts)


def bytes_in(path: Path) -> int:
    """The size of a file, or of everything in a folder; links are not counted, except in a hub's cache."""
    if not path.is_dir():
        return path.stat().st_size
    follows = path.parent.name == "snapshots"
    total = count = 0
    for folder, _names, files in os.walk(path):
        for name in files:
            count += 1
            if count > _MOST_FILES:
                return total
            try:
                total += os.stat(Path(folder) / name, follow_symlinks=follows).st_size  # noqa: PTH116 - fast
            except OSError:
                continue
    return total


def _is_weights(name: str, suffix: str) -> bool:
    return name.endswith(suffix) and name not in _TORCH_STATE and not name.startswith(".")


def _stamp(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns
