"""One launch at a time into a work dir, also when two apps look at one project."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(work_dir: Path) -> Iterator[None]:
    """Hold the work dir's lock; waits while another process holds it. The kernel drops it if the holder dies."""
    with (work_dir / ".lock").open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
        except OSError:  # file systems without locks (some NFS): the check for a running job still stands
            yield
            return
        try:
            yield
        finally:
            fcntl.flock(stream, fcntl.LOCK_UN)
