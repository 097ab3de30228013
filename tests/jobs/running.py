"""Small programs that run as jobs, and waiting for what they do."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from workbench.jobs.folder import JobFolder

WAIT = "import time; print('ready', flush=True); time.sleep(60)"
"""A program that outlives every test unless it is ended."""

DONE = """
import json, pathlib, time
event = {"event": "finished", "time": time.time()}
pathlib.Path("{job}", "events.jsonl").write_text(json.dumps(event) + "\\n")
"""
"""A program that says at once that its work is done."""


def python(code: str) -> list[str]:
    """The command line of some Python code; isolated, which starts fastest."""
    return [sys.executable, "-I", "-S", "-c", code]


def wait_until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Return as soon as it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def wait_until_ready(job: JobFolder) -> None:
    """A job counts as started when its supervisor is; this waits for the program itself, which is `WAIT`."""
    wait_until(lambda: job.log_path.is_file() and "ready" in job.log_path.read_text())


def number_in(path: Path) -> int:
    """The number a program writes into a file, once it has."""
    wait_until(lambda: path.is_file() and path.read_text().endswith("\n"))
    return int(path.read_text())
