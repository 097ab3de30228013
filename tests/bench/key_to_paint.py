"""How soon a key is followed by what it does, while a training has all the cores."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from contextlib import nullcontext

from tests.bench.burning import busy_cores
from tests.bench.keys import Keys, differs, reading
from tests.bench.measurement import Figure, Measurement, Settings, Target, p95, times
from tests.bench.screen import Screen
from tests.bench.terminal import Terminal
from tests.bench.trainings import fill_with_configs, project, running_training, wait_for_steps
from tests.e2e.project import Project
from workbench.configs.catalogue.filters import Wanted
from workbench.ui.config_rows import config_rows, matching

_MOST_MILLISECONDS = 50
_CONFIGS = 500
_FILTER = "qlora_alpaca"
_STEPS_PER_SECOND = 5.0
_STEPS_BEFORE = 20
"""Enough for the reading line to move on."""
_PRESSES = 20

Samples = dict[str, list[float]]
DOWN, TYPE, NARROW = "Configs: down the list", "Configs: a letter of the filter", "Configs: the rows it leaves"
"""The letter is painted before the rows, which follow in a frame of their own: that is no answer to a key any more."""
READ, SERIES = "Train: move the reading line", "Train: draw another series"


def measure(settings: Settings) -> list[Figure]:
    """The same keys with idle cores and with busy ones."""
    idle: Samples = {what: [] for what in (DOWN, TYPE, NARROW, READ, SERIES)}
    busy: Samples = {what: [] for what in idle}
    cores = len(os.sched_getaffinity(0))
    for seed in range(settings.runs):
        for samples, load in ((idle, nullcontext()), (busy, busy_cores(cores))):
            with project() as where, running_training(where, 2000, _STEPS_PER_SECOND) as job:
                fill_with_configs(where, _CONFIGS)
                wait_for_steps(job, _STEPS_BEFORE)
                with Terminal(where) as app:
                    app.see("Next step", "running")
                    with load:
                        _in_configs(Keys(app, seed), where, samples)
                        _in_train(Keys(app, seed), samples)
    return [
        Figure(
            what,
            busy[what],
            "ms",
            None if what == NARROW else Target(_MOST_MILLISECONDS),
            f"{p95(idle[what]):.1f} ms with idle cores ({times(p95(busy[what]), p95(idle[what]), 'that')}); "
            f"median {statistics.median(busy[what]):.1f} ms",
            summary=p95,
        )
        for what in idle
    ]


def _in_configs(keys: Keys, where: Project, samples: Samples) -> None:
    keys.app.press("f3")
    keys.app.see("[f3 Configs]", " configs")
    samples[DOWN] += [keys.time_alone("down") for _ in range(_PRESSES)]
    keys.time_alone("/")
    rows = config_rows(where.folder)
    for length in range(1, len(_FILTER) + 1):
        typed = _FILTER[:length]
        count = f"{len(matching(rows, Wanted.of(typed)))} of {len(rows)} configs"
        letter, rows_shown = keys.time_twice(typed[-1], _is_typed(typed), _is_shown(count))
        samples[TYPE].append(letter)
        samples[NARROW].append(rows_shown)


def _is_typed(text: str) -> Callable[[Screen], bool]:
    """Whether the filter, below the line of areas, holds a text."""
    return lambda screen: screen.text.splitlines()[1].strip() == text


def _is_shown(text: str) -> Callable[[Screen], bool]:
    return lambda screen: text in screen.text


def _in_train(keys: Keys, samples: Samples) -> None:
    keys.app.press("f5")
    keys.app.see("[f5 Train]", "smoothed")
    keys.begin_to_read()
    samples[READ] += keys.time_reading(_PRESSES)
    for _ in range(_PRESSES // 2):
        samples[SERIES].append(keys.time("v", differs(reading(keys.app.screen))))


KEY_TO_PAINT = Measurement(
    "key_to_paint",
    "Keys while a training keeps every core busy",
    how="As many processes as there are cores compute without a pause while keys are pressed at uneven intervals in a "
    "pseudo-terminal of 100×30 cells, with 500 configs to choose from and a job that gets five steps a second. The time "
    "runs from the key to the end of the first frame that shows what it does (the cursor moved, the letter, the rows "
    "that a filter leaves, another reading, another curve), and the figure is the 95th percentile of all presses.",
    limits="The measuring program needs a core too, and its own waiting is in the figure. The computing processes are "
    "plain loops: a training that fills the memory bus or swaps is harder on the app.",
    run=measure,
)
