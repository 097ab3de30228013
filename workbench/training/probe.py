"""``python -m workbench.training.probe JOB``: the first optimiser steps of a training, to see what memory they take.

It takes the place of ``workbench.training`` on the command line of a job, under every launcher. Nothing is saved.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.files import write_atomic
from workbench.jobs.events import Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.training.environment import prepare_environment
from workbench.training.ranks_environment import rank

STEPS = 2
"""Optimiser steps: the state of the optimiser is there from the second on."""
_SIGNS = ("out of memory", "can't allocate memory", "cannot allocate memory")


OUT_OF_MEMORY_FILE = "out_of_memory"
"""Is in the job's folder when a rank ran out of memory."""


def memory_file(job: Path, number: int) -> Path:
    """Where a rank leaves what it took: ``before`` the model was loaded and at its ``peak``, in bytes."""
    return job / f"memory-{number}.json"


def main(arguments: list[str] | None = None) -> int:
    """Train for some steps; 0 if there was memory enough."""
    parser = argparse.ArgumentParser(prog="python -m workbench.training.probe")
    parser.add_argument("job", type=Path)
    parser.add_argument("--most", type=int, help="bytes of the GPU's memory that may be used")
    chosen = parser.parse_args(arguments)
    prepare_environment()
    _be_the_first_to_go()
    return run_worker(chosen.job, lambda job, _events: _measure(job, chosen.most))


def _measure(job: JobFolder, most: int | None) -> Finished:
    import torch

    from workbench.training.memory_watch import MemoryWatch
    from workbench.training.run import train

    if most is not None and torch.cuda.is_available():
        whole = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
        torch.cuda.set_per_process_memory_fraction(min(most / whole, 1.0))
    with MemoryWatch() as watch:
        try:
            finished = train(job, None, [_stop_after_steps()])
        except Exception as error:
            if any(map(_is_lack_of_memory, _causes(error))):
                (job.path / OUT_OF_MEMORY_FILE).touch()
            raise
    write_atomic(memory_file(job.path, rank()), json.dumps({"before": watch.before, "peak": watch.peak}))
    return finished


def _causes(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__


def _is_lack_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _SIGNS)


def _stop_after_steps() -> Any:
    from transformers import TrainerCallback

    class StopAfterSteps(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
        """Ends the training before its checkpoint is saved."""

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            control.should_save = control.should_evaluate = False
            control.should_training_stop = state.global_step >= STEPS

    return StopAfterSteps()


def _be_the_first_to_go() -> None:
    """Where the system must end a process for want of memory, let it be this one (proc(5), ``oom_score_adj``)."""
    Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    sys.exit(main())
