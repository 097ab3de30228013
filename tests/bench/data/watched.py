"""A program run in a new process, with the memory that it and its processes hold watched from outside."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.trainings import ROOT

_SECONDS_BETWEEN_LOOKS = 0.1


@dataclass
class Memory:
    """The most bytes that were resident, of all processes together and of each one (by its id)."""

    together: int = 0
    of_each: dict[int, int] = field(default_factory=dict)

    def look(self, root: psutil.Process) -> None:
        """Take in what is resident now."""
        total = 0
        for process in _with_children(root):
            with contextlib.suppress(psutil.Error):
                resident = process.memory_info().rss
                total += resident
                self.of_each[process.pid] = max(self.of_each.get(process.pid, 0), resident)
        self.together = max(self.together, total)


class FailedError(Exception):
    """The program failed; the message is the last line it wrote."""


def watched(
    command: Sequence[str | Path], environment: Mapping[str, str], output: Path, finished_mark: Path
) -> tuple[int, Memory]:
    """Run a program to its end; memory counts until a file says that what is measured is done.

    Returns:
        The program's process id and the memory.

    Raises:
        FailedError: it ended with an error.
    """
    memory = Memory()
    with output.open("w") as stream:
        process = psutil.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            if not finished_mark.exists():
                memory.look(process)
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(_SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        raise FailedError(last_line(output))
    return process.pid, memory


def last_line(output: Path) -> str:
    """What a program said last."""
    lines = [line.strip() for line in output.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _with_children(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
