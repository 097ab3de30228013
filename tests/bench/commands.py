"""How long a person waits for the commands that only tell something."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.bench.environment import environment
from tests.bench.measurement import Figure, Measurement, Settings, Target, times
from tests.bench.trainings import project
from tests.e2e.project import WORKBENCH, Project

PYTHON_ALONE = (sys.executable, "-c", "pass")
_COMMANDS = (("--help",), ("list-cfg",), ("list-cfg", "-p", "qlora", "--json"))
_MOST_SECONDS = 0.4
_RUNS_EACH = 3
"""Times as many runs as of the slow measurements."""


def measure(settings: Settings) -> list[Figure]:
    """Each command in turn, so that what else the machine does falls on all of them."""
    lines = [PYTHON_ALONE, *((WORKBENCH, *arguments) for arguments in _COMMANDS)]
    with project() as where:
        for line in lines:
            wall_seconds(where, line)  # compiled and in the page cache from here on
        rounds = [[wall_seconds(where, line) for line in lines] for _ in range(settings.runs * _RUNS_EACH)]
    python, *commands = map(list, zip(*rounds, strict=True))
    alone = statistics.median(python)
    figures = [Figure("`python -c pass`, to compare with", python, "s")]
    for arguments, seconds in zip(_COMMANDS, commands, strict=True):
        ratio = times(statistics.median(seconds), alone, "`python -c pass`")
        target = Target(_MOST_SECONDS)
        figures.append(Figure(f"`workbench {' '.join(arguments)}`", seconds, "s", target, ratio))
    return figures


def wall_seconds(where: Project, command: Sequence[str]) -> float:
    """One run of a command in a project, from start to end; its output is thrown away.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    began = time.perf_counter()
    subprocess.run(
        command,
        cwd=where.folder,
        env=environment(where),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began


COMMANDS = Measurement(
    "commands",
    "Commands that answer at once",
    how="Each command is started as a person starts it, its output goes to a pipe, and the time runs from the start "
    "of the process to its end. The commands take turns, after one run that is not counted.",
    limits="Everything comes from the page cache: the first start after a reboot also waits for the disk. The ratio "
    "to Python's own start says more about another machine than the seconds do.",
    run=measure,
)
