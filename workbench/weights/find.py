"""Finds weights below folders, and in the hub's cache. What was looked at once is looked at again only if it changed."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from workbench.hub.local import cached_models, snapshot_of
from workbench.weights.facts import WeightsFacts
from workbench.weights.files import SUFFIXES
from workbench.weights.folder import signature_of
from workbench.weights.look import look_at

MOST_DEPTH = 7
MOST_FOLDERS = 5_000
_SKIPPED = {"node_modules", "__pycache__", "site-packages", "venv"}
_OTHER_FILES = {".json", ".jsonl", ".txt", ".csv", ".tsv", ".parquet", ".arrow", ".md", ".py", ".yaml", ".log"} | {
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".mp4", ".wav", ".mp3"),
    *(".zip", ".gz", ".tar", ".zst", ".xz", ".npz", ".npy", ".h5", ".pdf", ".so", ".whl"),
}
"""Files that nobody gives weights the name of: large data is passed over without opening it."""
_LARGE_BYTES = 2**20
"""Files of any other name are looked at from this size."""


class Looker:
    """Remembers what it saw for as long as the files stay as they are."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[object, WeightsFacts | None]] = {}

    def look(self, path: Path) -> WeightsFacts | None:
        """As `look_at`."""
        signature = signature_of(path)
        if (known := self._seen.get(path)) is not None and known[0] == signature:
            return known[1]
        facts = look_at(path)
        self._seen[path] = signature, facts
        return facts

    def below(self, root: Path, apart_from: Iterable[Path] = ()) -> list[WeightsFacts]:
        """The weights in a folder and below it, in the order of their paths; none inside other weights.

        Links are looked at and not followed further. Hidden folders and those of packages are passed over, and
        so is what lies more than `MOST_DEPTH` folders deep.
        """
        seen = {path.resolve() for path in apart_from}
        found = []
        for path in _candidates(root):
            place = path.resolve()
            if place in seen or any(parent in seen for parent in place.parents):
                continue
            if (facts := self.look(path)) is not None:
                seen.add(place)
                found.append(facts)
        return sorted(found, key=lambda facts: str(facts.path))

    def cached(self) -> list[tuple[str, WeightsFacts]]:
        """The complete models of the hub's cache with their names."""
        found = []
        for name in cached_models():
            snapshot = snapshot_of(name)
            if snapshot is not None and (facts := self.look(snapshot)) is not None:
                found.append((name, facts))
        return found


def _candidates(root: Path) -> Iterator[Path]:
    """Folders, outer ones first, then files that may be weights, and links last: what they lead to goes before them."""
    waiting, links, count = deque([(root, 0)]), [], 0
    while waiting and count < MOST_FOLDERS:
        folder, depth = waiting.popleft()
        count += 1
        yield folder
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _SKIPPED:
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < MOST_DEPTH and not (Path(entry.path) / "pyvenv.cfg").exists():
                    waiting.append((Path(entry.path), depth + 1))
            elif entry.is_symlink():
                links.append(Path(entry.path))
            elif _may_be_weights(entry):
                yield Path(entry.path)
    yield from (link for link in links if link.is_dir() or link.name.endswith(SUFFIXES))


def _may_be_weights(entry: os.DirEntry[str]) -> bool:
    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - there may be very many
    if suffix in SUFFIXES:
        return True
    try:
        return suffix not in _OTHER_FILES and entry.stat().st_size >= _LARGE_BYTES
    except OSError:
        return False
