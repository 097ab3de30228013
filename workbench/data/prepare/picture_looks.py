"""Looking at many pictures in several processes. Those that were sound at an earlier look are known by their stamp."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.data.picture import PICTURES_DECODED, Picture, PictureFolders, look_at
from workbench.data.prepare.processes import in_processes, usable_cores
from workbench.i18n import current_language, set_language
from workbench.paths import user_cache

PICTURES_A_PIECE = 100
_SECONDS_ALONE = 2.0
"""Before other processes are started, which takes about a second."""
_LAYOUT = 2
"""Raised when `look_at` finds something else than before in the same file."""
_CREATE = "CREATE TABLE IF NOT EXISTS looks (path BLOB PRIMARY KEY, stamp TEXT, oddities TEXT) WITHOUT ROWID"
Piece = tuple[list[str], bool]
"""Names of pictures, and whether they are decoded whole."""


@dataclass(frozen=True)
class Look:
    """What one picture is. ``stamp``: of its file, if it is sound and was not known."""

    path: str
    picture: Picture
    stamp: str = ""


class Looker:
    """Looks at pictures in and below some folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = PictureFolders(*folders)

    def look(self, piece: Piece) -> list[Look]:
        """What pictures are: a header and an end of each, or all of it; of known ones nothing but the stamp."""
        names, decode = piece
        located = [self._folders.locate(name) for name in names]
        known = _known([path for path in located if isinstance(path, Path)])
        return [
            _look(place, known, decode=decode) if isinstance(place, Path) else Look("", Picture(place))
            for place in located
        ]


def looks_folder() -> Path:
    """Where sound pictures are noted; may be deleted at any time that no training begins."""
    return user_cache() / "picture_looks"


def all_looks(
    names: Iterator[list[str]], folders: Sequence[Path], while_waiting: Callable[[], None]
) -> Generator[list[Look], None, None]:
    """Look at pictures in the order of their names, `PICTURES_A_PIECE` at a time; if it takes long, on all cores."""
    pieces = ((some, number * PICTURES_A_PIECE < PICTURES_DECODED) for number, some in enumerate(names))
    looker, began = Looker(folders), time.monotonic()
    for piece in pieces:
        yield looker.look(piece)
        if time.monotonic() - began > _SECONDS_ALONE:
            break
    arguments = (folders, current_language())
    yield from in_processes(
        _look_here,
        pieces,
        processes=usable_cores(),
        begin=_begin,
        arguments=arguments,
        while_waiting=while_waiting,
    )


def note(looks: Iterable[Look]) -> None:
    """Note sound pictures for the next run. Where the cache folder cannot hold them, they are looked at again then."""
    rows = [(os.fsencode(look.path), look.stamp, json.dumps(look.picture.oddities)) for look in looks if look.stamp]
    if not rows:
        return
    try:
        with closing(sqlite3.connect(_file())) as notes, notes:
            notes.execute("PRAGMA synchronous = OFF")  # what a power loss damages is made anew
            notes.execute(_CREATE)
            notes.executemany("INSERT OR REPLACE INTO looks VALUES (?, ?, ?)", rows)
    except sqlite3.Error:
        with suppress(OSError):
            _file().unlink(missing_ok=True)


def _known(paths: Sequence[Path]) -> dict[bytes, tuple[str, str]]:
    """Stamp and oddities of those that are noted."""
    asked = [bytes(path) for path in paths]
    if not _file().is_file():
        return {}
    marks = ",".join("?" * len(asked))
    try:
        with closing(sqlite3.connect(f"{_file().as_uri()}?mode=ro", uri=True)) as notes:
            rows = notes.execute(f"SELECT * FROM looks WHERE path IN ({marks})", asked)
            return {path: (stamp, oddities) for path, stamp, oddities in rows}
    except sqlite3.Error:
        return {}


def _look(path: Path, known: dict[bytes, tuple[str, str]], *, decode: bool) -> Look:
    stamp = _stamp(path)
    was, oddities = known.get(bytes(path), ("", ""))
    if stamp and stamp == was:
        return Look(str(path), Picture(oddities=tuple((kind, detail) for kind, detail in json.loads(oddities))))
    picture = look_at(path, decode=decode)
    return Look(str(path), picture, "" if picture.problem else stamp)


def _stamp(path: Path) -> str:
    """What changes when a file is written or its permissions are; empty if it is not there."""
    try:
        seen = os.stat(path)  # noqa: PTH116 - of hundreds of thousands
    except OSError:
        return ""
    return f"{seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns}"


def _file() -> Path:
    return looks_folder().absolute() / f"sound_{_LAYOUT}.sqlite"


_looker: list[Looker] = []
"""The looker of this process, once `_begin` was called in it."""


def _begin(folders: Sequence[Path], language: str) -> None:
    set_language(language)
    _looker[:] = [Looker(folders)]


def _look_here(piece: Piece) -> list[Look]:
    return _looker[0].look(piece)
