"""Keeping cores busy, as a training does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def busy_cores(count: int) -> Iterator[None]:
    """So many processes that compute without a pause, each in a session of its own, as jobs are."""
    command = [sys.executable, "-c", "while True: pass"]
    burning = [subprocess.Popen(command, start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.wait()
