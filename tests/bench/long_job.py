"""What a training of a million steps costs the app: opening it, and each redraw of its curve."""

from __future__ import annotations

import asyncio
import math
import random
import statistics
import time
from dataclasses import dataclass

from textual.app import App, ComposeResult

from tests.bench.keys import Keys
from tests.bench.measurement import Figure, Measurement, Settings, Target, p95, times
from tests.bench.screen import Screen
from tests.bench.terminal import SIZE, Terminal
from tests.bench.trainings import finished_training, project
from tests.e2e.project import Project
from workbench.jobs.curve import Curves
from workbench.jobs.folder import JobFolder
from workbench.ui.job_watch import JobWatch
from workbench.ui.widgets.loss_plot import LossPlot
from workbench.ui.widgets.plot_drawing import PlotRun

SHORT, LONG = 1_000, 1_000_000
_DRAWN = (SHORT, 100_000, LONG)
_MOST_SECONDS = 0.5
_REDRAWS = 50
_PRESSES = 20


@dataclass
class Openings:
    """Seconds from enter to the curve; milliseconds from key to paint right after it was opened."""

    short: list[float]
    long: list[float]
    keys: list[float]


def measure(settings: Settings) -> list[Figure]:
    """Open both jobs from the list of jobs, in turn; then redraw their curves without the app."""
    with project() as where:
        long_job = finished_training(where.folder, "20260921_100000", LONG)
        finished_training(where.folder, "20260921_110000", SHORT)
        megabytes = long_job.events_path.stat().st_size / 1e6
        openings = _openings(where, settings.runs)
        exact = _seconds_to_read_all(long_job)
    redraws = asyncio.run(_redraws(settings.runs * _REDRAWS))
    open_ratio = times(statistics.median(openings.long), statistics.median(openings.short), f"with {SHORT:,} steps")
    shortest = statistics.median(redraws[0])
    return [
        Figure(f"open a job with {SHORT:,} steps", openings.short, "s", Target(_MOST_SECONDS)),
        Figure(
            f"open a job with {LONG:,} steps ({megabytes:.0f} MB)",
            openings.long,
            "s",
            Target(_MOST_SECONDS),
            open_ratio,
        ),
        Figure("move the reading line while the rest is read (p95)", openings.keys, "ms", Target(50), summary=p95),
        Figure("read every step of it, in slices, after opening", [exact], "s"),
        *(
            Figure(
                f"redraw after a new step, {steps:,} steps",
                milliseconds,
                "ms",
                None,
                times(statistics.median(milliseconds), shortest, f"with {SHORT:,} steps"),
            )
            for steps, milliseconds in zip(_DRAWN, redraws, strict=True)
        ),
    ]


def _openings(where: Project, runs: int) -> Openings:
    """Each time a new app, so that the Train area is built and its modules are imported within the time."""
    openings = Openings([], [], [])
    for number in range(runs + 1):
        with Terminal(where) as app:
            short = _open(app, 1, SHORT)
        with Terminal(where) as app:
            long = _open(app, 2, LONG)
            keys = Keys(app, number)
            keys.begin_to_read()
            answered = keys.time_reading(_PRESSES)
        if number:  # the first round only compiles and fills the page cache
            openings.short.append(short)
            openings.long.append(long)
            openings.keys += answered
    return openings


def _open(app: Terminal, place: int, steps: int) -> float:
    """Go to a place in Home's list of jobs and press enter; the seconds until its curve and figures are there."""
    app.see("Next step", f"{LONG}/{LONG}")
    for _ in range(place):
        app.press("down")
        app.wait(lambda screen: True, "the cursor")
    app.wait_for_quiet(0.3)
    pressed = app.press("enter")
    return app.wait(lambda screen: _shows_curve(screen, steps), f"the curve of {steps} steps") - pressed


def _shows_curve(screen: Screen, steps: int) -> bool:
    text = screen.text
    return f"iteration {steps}/{steps}" in text and "smoothed" in text and any("⠀" < char <= "⣿" for char in text)


def _seconds_to_read_all(job: JobFolder) -> float:
    watch = JobWatch.open(job)
    began = time.perf_counter()
    while not watch.caught_up:
        watch.poll()
    return time.perf_counter() - began


async def _redraws(count: int) -> list[list[float]]:
    """Milliseconds of each redraw of plots that get one step more each time, in turn."""
    trainings = [_Growing(steps) for steps in _DRAWN]
    app = _PlotAlone()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        plot = app.query_one(LossPlot)
        for growing in trainings * count:
            plot.show([PlotRun("a training", growing.curves)])
            growing.add_step()
            began = time.perf_counter()
            plot.redraw()
            for y in range(plot.size.height):
                plot.render_line(y)
            growing.milliseconds.append((time.perf_counter() - began) * 1000)
    return [growing.milliseconds for growing in trainings]


class _PlotAlone(App[None]):
    """The plot on the whole screen."""

    def compose(self) -> ComposeResult:
        yield LossPlot()


class _Growing:
    """A training that has made so many of its steps and makes more."""

    def __init__(self, steps: int) -> None:
        self.curves = Curves()
        self.milliseconds: list[float] = []
        self._made, self._planned, self._noise = 0, steps + steps // 4, random.Random(steps)
        for _ in range(steps):
            self.add_step()

    def add_step(self) -> None:
        self._made += 1
        loss = 0.3 + 3 * math.exp(-8 * self._made / self._planned) + self._noise.uniform(-0.15, 0.15)
        self.curves.add((self._made, self._planned, loss, 2e-4, 0.5))


LONG_JOB = Measurement(
    "long_job",
    "A job with a million steps",
    how="In a new app the job is opened from the list of jobs; the time runs from enter to the first frame with its "
    "curve and figures, and includes building the Train area. A redraw is what the plot does at 100×30 cells when one "
    "step has been added: drawing, comparing with what is on screen, and giving out its lines.",
    limits="The file was just written and is in the page cache: on a network folder, opening waits for some hundred small "
    "reads. What is shown first is an even sample of the steps, the exact curve follows; a redraw of very many steps costs "
    "somewhat more than one of few because their noise makes each column taller, not because there are more.",
    run=measure,
)
