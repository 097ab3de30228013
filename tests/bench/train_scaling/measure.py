"""Time of an optimiser step, and memory of a process, by ZeRO stage and number of processes on this machine."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from tests.bench.measurement import Figure, Measurement, Settings, times
from tests.training.runs import Run, new_job, run, tiny_config
from workbench.jobs.events import Step
from workbench.paths import shipped

_WAYS = ("none", "zero1", "zero2", "zero3")
_RANKS = (1, 2, 4)
_BATCH = {"batch_size": 4, "max_length": 256, "pack_to_max_length": True, "accumulative_counts": 1}
_STEPS_BEFORE = 2
"""The first steps allocate what the others use again."""


def measure(settings: Settings) -> list[Figure]:
    """Each stage with each number of processes, in turn, so that the machine's mood is shared among them."""
    short = settings.seconds < Settings.seconds
    steps, runs = (5, 1) if short else (20, min(settings.runs, 3))
    seconds: dict[tuple[str, int], list[float]] = {}
    memory: dict[tuple[str, int], list[float]] = {}
    for _number in range(runs):
        for ranks in _RANKS:
            for way in _WAYS:
                done = _run(way, ranks, steps)
                logged = done.of(Step)[_STEPS_BEFORE:]
                between = [after.time - before.time for before, after in pairwise(logged)]
                seconds.setdefault((way, ranks), []).extend(between)
                memory.setdefault((way, ranks), []).append(max(step.memory or 0.0 for step in logged))
    return [figure for ranks in _RANKS for way in _WAYS for figure in _figures(way, ranks, seconds, memory)]


def _run(way: str, ranks: int, steps: int) -> Run:
    rows = shipped("sample_data") / "general_dialogue.json"
    config = tiny_config(rows, method="full", deepspeed=way, lr=1e-5, max_iters=steps, max_epochs=1, **_BATCH)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
        done = run(new_job(Path(folder) / "job", config), ranks=ranks)
        if done.returncode:
            raise RuntimeError(f"{way} with {ranks} processes: {done.job.log_path.read_text()[-2000:]}")
    return done


def _figures(
    way: str, ranks: int, seconds: dict[tuple[str, int], list[float]], memory: dict[tuple[str, int], list[float]]
) -> list[Figure]:
    name = f"{way}, {ranks} process{'es' if ranks > 1 else ''}"
    step, peak = Figure("", seconds[way, ranks], "s").value, Figure("", memory[way, ranks], "MB").value
    alone, alone_peak = Figure("", seconds["none", ranks], "s").value, Figure("", memory["none", ranks], "MB").value
    of = f"none, {ranks}"
    return [
        Figure(f"{name}: a step", seconds[way, ranks], "s", compared=times(step, alone, of)),
        Figure(f"{name}: peak memory of rank 0", memory[way, ranks], "MB", compared=times(peak, alone_peak, of)),
    ]


SCALING = Measurement(
    name="scaling",
    title="ZeRO stages by number of processes",
    how="Full fine-tuning of the sample model (3.7 M parameters), 4 × 256 packed tokens for each process and step, each "
    "stage with 1, 2 and 4 processes over gloo. A step is the time between two step events.",
    limits="All processes share the cores of one machine, so more of them make no step faster here: what is compared is "
    "the cost of each stage beside none with the same number. Gradients go through memory, not over a network.",
    run=measure,
)
