"""One at a time in a folder, also when two programs look at it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; waits while another process holds it. The kernel drops it if the holder dies."""
    with (folder / LOCK_FILE).open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
        except OSError:  # file systems without locks (some NFS): two writers still replace files only as a whole
            yield
            return
        try:
            yield
        finally:
            fcntl.flock(stream, fcntl.LOCK_UN)
