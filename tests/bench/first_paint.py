"""How soon the app is there, and how much memory it takes."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

from tests.bench.commands import PYTHON_ALONE, wall_seconds
from tests.bench.measurement import Figure, Measurement, Settings, Target, times
from tests.bench.terminal import Terminal
from tests.bench.trainings import project
from tests.e2e.project import Project
from tests.ui import recorded
from workbench.ui.areas import AREAS

HEAVY = ("torch", "transformers", "datasets", "peft", "deepspeed", "accelerate", "bitsandbytes", "numpy", "safetensors")
_MOST_SECONDS, _MOST_MEGABYTES = 0.4, 80
_SECONDS_OF_QUIET = 0.5
_LAUNCHER = Path(__file__).with_name("app_that_tells_its_modules.py")


def measure(settings: Settings) -> list[Figure]:
    """Start the app again and again in a project with some jobs."""
    with project() as where:
        recorded.training(where.folder)
        recorded.converted(where.folder)
        _start(where)  # compiled and in the page cache from here on
        python, starts = [], []
        for _ in range(settings.runs):
            python.append(wall_seconds(where, PYTHON_ALONE))
            starts.append(_start(where))
        after_all_areas, heavy = _visit_every_area(where)
    painted, filled, memory, memory_filled = map(list, zip(*starts, strict=True))
    ratio = times(statistics.median(painted), statistics.median(python), "`python -c pass`")
    return [
        Figure("first paint", painted, "s", Target(_MOST_SECONDS), ratio),
        Figure("everything filled in", filled, "s"),
        Figure("memory at first paint", memory, "MB", Target(_MOST_MEGABYTES)),
        Figure("memory with everything filled in", memory_filled, "MB", Target(_MOST_MEGABYTES)),
        Figure("memory after every area was visited", [after_all_areas], "MB"),
        Figure(
            "heavy modules in the app's process after that",
            [len(heavy)],
            "",
            Target(0),
            ", ".join(heavy) or f"none of {', '.join(HEAVY)}",
        ),
    ]


def _start(where: Project) -> tuple[float, float, float, float]:
    """Seconds to the first paint and to the list of jobs, memory at either."""
    with Terminal(where) as terminal:
        painted = terminal.see("f2 Home", "f1 Help", "Quit")
        memory = terminal.resident_megabytes
        filled = terminal.see("Next step", "finished", "adapter")
        return painted - terminal.began, filled - terminal.began, memory, terminal.resident_megabytes


def _visit_every_area(where: Project) -> tuple[float, list[str]]:
    """Memory at the end, and which of the heavy libraries were imported."""
    told = where.folder.parent / "modules.json"
    with Terminal(where, [sys.executable, str(_LAUNCHER), str(told)]) as terminal:
        for area in AREAS:
            terminal.press(area.key)
            terminal.see(f"[{area.key} {area.title}]")
            terminal.wait_for_quiet(_SECONDS_OF_QUIET)
        memory = terminal.resident_megabytes
        terminal.press("ctrl+q")
        terminal.wait_for_end()
    modules = set(json.loads(told.read_text()))
    return memory, [name for name in HEAVY if name in modules]


FIRST_PAINT = Measurement(
    "first_paint",
    "Starting the app",
    how="The app is started in a pseudo-terminal of 100×30 cells, in a project with two jobs; the first paint is the "
    "first complete frame with the line of areas and the line of keys, filled in are the jobs and the next step, which "
    "are read aside. Memory is what Linux counts as resident at "
    "that moment (1 MB is a million bytes), modules are read from `sys.modules` after a visit to every area.",
    limits="Everything comes from the page cache, so the first start after a reboot also waits for the disk. Resident "
    "memory counts shared libraries in full, and a real terminal adds the time it takes to draw.",
    run=measure,
)
