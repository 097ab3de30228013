"""``python -m tests.bench memory``: what a training takes in memory, beside what was estimated before it began.

On a machine with a GPU the same is measured there, with larger models; it needs nobody at the keyboard.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.measurement import Figure, Measurement, Settings, Target
from tests.bench.memory.cases import ON_CPU, ON_GPU, Case
from tests.bench.memory.models import SAMPLE, write_model
from workbench.configs.estimate import MemoryEstimate, estimate_memory
from workbench.devices import gpu_count
from workbench.errors import WorkbenchError
from workbench.training.probe_config import probe_config
from workbench.training.probing import Probed, probe

_COMMAND = [sys.executable, "-m", "workbench.training.probe", "{job}"]
_WITHIN = 10.0
"""Percent that an estimate may be off."""


def measure(settings: Settings) -> list[Figure]:
    """Every case once; two cases where it must be short."""
    cases = ON_GPU if gpu_count() else ON_CPU
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
        return [_figure(case, Path(folder)) for case in (cases[:2] if settings.runs < Settings.runs else cases)]


def _figure(case: Case, folder: Path) -> Figure:
    print(f"  {case.title} …", file=sys.stderr, flush=True)
    try:
        estimate, probed = measured(case, folder)
    except WorkbenchError as error:
        return Figure(case.title, [], "%", Target(_WITHIN), compared=str(error))
    if probed is None:
        return Figure(case.title, [], "%", Target(_WITHIN), compared=f"more than there is; estimated: {_gb(estimate)}")
    taken = probed.peaks[0] - probed.before[0]
    off = abs(estimate - taken) / taken * 100
    return Figure(case.title, [off], "%", Target(_WITHIN), f"{_gb(estimate)} estimated, {_gb(taken)} measured")


def measured(case: Case, folder: Path) -> tuple[int, Probed | None]:
    """The estimate in bytes, without what the process itself takes, and the measurement.

    Raises:
        WorkbenchError: the training fails for another reason than memory.
    """
    model = SAMPLE if case.model == SAMPLE else write_model(folder, case.model)
    config = case.config(model)
    job = Path(tempfile.mkdtemp(dir=folder))
    tried = probe_config(config, job, batch_size=case.batch_size, length=case.length, processes=1)
    return _states_and_activations(config), probe(tried, _COMMAND, job)


def _states_and_activations(config: object) -> int:
    estimate: MemoryEstimate | None = estimate_memory(config, on_cpu=gpu_count() == 0)  # type: ignore[arg-type]
    assert estimate is not None
    return estimate.total - estimate.overhead


def _gb(size: float) -> str:
    return f"{size / 1e9:.2f} GB"


MEMORY = Measurement(
    "memory",
    "Memory: estimated and measured",
    how="Each training runs for two optimiser steps in a process of its own, through the real trainer, on rows of full "
    "length whose tokens are all trained. Measured is the most memory that no file stands behind (500 looks a second), "
    "less what the process had before the model was loaded; on a GPU, the most that torch had allocated there.",
    limits="A peak shorter than two thousandths of a second is missed on a CPU. Models have random weights and one shape "
    "(Llama's); the context of CUDA, and what its allocator holds without using it, come on top and are not measured.",
    run=measure,
)
