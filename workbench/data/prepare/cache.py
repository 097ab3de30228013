"""Where prepared data is kept, by everything that it depends on: a second run starts at once, a changed file is seen."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from workbench.data.formats import FormatChoice
from workbench.data.prepare.request import PrepareRequest
from workbench.data.sources import SourceFile
from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.i18n import current_language
from workbench.paths import user_cache

_LAYOUT = 5
"""Raised when the same request gives other tokens or counts than before."""
_MOST_BYTES = 50 * 1024**3
_BLOCK = 2**20


def cache_folder() -> Path:
    """The folder of all prepared data; may be deleted at any time that no training begins."""
    return user_cache() / "tokens"


def key_of(request: PrepareRequest, files: Sequence[SourceFile], template: str, tokenizer: str) -> str:
    """A name for what a request gives: equal requests on equal contents have the same.

    Args:
        template: everything that rendering depends on, as text.
        tokenizer: everything that tokenising depends on, as text.
    """
    drawn = None if request.most_rows is None else [request.most_rows, request.seed]
    said_in = current_language() if request.bad_rows == "leave_out" else ""  # of what is kept about bad rows
    parts = [
        _LAYOUT,
        [[file.path.name, _digests(file.path), *_reading(file.choice)] for file in files],
        [template, tokenizer, request.max_length, drawn, request.bad_rows, said_in],
    ]
    if request.sees:  # the rows hold absolute paths
        parts.append([[*map(str, file.picture_folders), str(file.path)] for file in files])
    if request.stage != "sft":
        parts.append("pairs" if request.compares else request.stage)
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _reading(choice: FormatChoice) -> list[object]:
    """How a file is read; a function of the user's own by its file's content too."""
    file, mark, _function = choice.name.rpartition(":")
    return [choice.name, sorted(choice.columns.items()), _digest_of(Path(file).expanduser()) if mark else ""]


def _digests(file: Path) -> str:
    """The digest of a file's content, from memory if the file has not been written since."""
    seen = file.stat()
    stamp = f"{file.resolve()}\0{seen.st_size}\0{seen.st_mtime_ns}\0{seen.st_ino}"
    note = user_cache() / "digests" / hashlib.blake2b(stamp.encode(), digest_size=16).hexdigest()
    try:
        return note.read_text()
    except OSError:
        digest = _digest_of(file)
    note.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(note, digest, survives_power_loss=False)
    return digest


def _digest_of(file: Path) -> str:
    state = hashlib.blake2b(digest_size=16)
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            state.update(block)
    return state.hexdigest()


def make_room(keep: Path) -> None:
    """Delete what was used longest ago beside a folder until the rest is below 50 GB; ``keep`` stays."""
    home = keep.parent
    with locked(home):
        folders = [folder for folder in home.iterdir() if folder.is_dir() and folder != keep]
        sizes = {folder: sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) for folder in folders}
        total = sum(sizes.values())
        for folder in sorted(folders, key=lambda one: one.stat().st_mtime):
            if total <= _MOST_BYTES:
                return
            shutil.rmtree(folder, ignore_errors=True)
            total -= sizes[folder]
