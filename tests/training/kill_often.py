"""``python -m tests.training.kill_often [--kills 20] [--ranks 1]``: a run that is killed at random moments, again and again.

By hand: it takes minutes. Every time all of it is ended with SIGKILL, up to 3 s after it has made a step, and every
checkpoint that it had told of must be whole; then it goes on with ``--resume auto``. In the end losses and weights must
be those of a run that nobody has disturbed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.training.runs import new_job, run, run_until, tiny_config, write_rows
from tests.training.test_killed import steps_of
from workbench.jobs.events import Checkpoint, Step
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail
from workbench.training.checkpoint_folders import last_complete, step_of, what_is_wrong

_SECONDS = 3.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    moments, folder = random.Random(chosen.seed), Path(tempfile.mkdtemp())
    config = tiny_config(write_rows(folder), method="lora", max_epochs=8, save_steps=2, nproc=chosen.ranks)
    whole = run(new_job(folder / "whole", config), ranks=chosen.ranks)
    job = new_job(folder / "killed", config)
    count = 0
    while count < chosen.kills:
        options = ["--resume", "auto"] if count else []
        if not run_until(job, Moment(job, moments.uniform(0.0, _SECONDS)), *options, ranks=chosen.ranks):
            break
        count += 1
        newest, torn = last_complete(job.checkpoints_path)
        lost = [name for name in told(job) if what_is_wrong(job.checkpoints_path / name) is not None]
        sys.stdout.write(f"{count}: at step {max(steps_of(job), default=0)}, newest {newest and newest.name}, {torn}\n")
        assert not lost, lost
        if newest is not None and step_of(newest) == max(whole.losses):
            break
    assert run(job, "--resume", "auto", ranks=chosen.ranks).returncode == 0
    assert steps_of(job) == {step: loss for step, (loss, _norm) in whole.losses.items()}
    name = f"checkpoint-{max(whole.losses)}/adapter_model.safetensors"
    assert (job.checkpoints_path / name).read_bytes() == (whole.job.checkpoints_path / name).read_bytes()
    sys.stdout.write(f"{count} kills; the same {len(whole.losses)} losses, the same weights: {folder}\n")
    return 0


class Moment:
    """So many seconds after the run has told of a step since now."""

    def __init__(self, job: JobFolder, seconds: float) -> None:
        self._events, self._seconds = EventTail(job.events_path), seconds
        list(self._events.rest())
        self._began: float | None = None

    def __call__(self) -> bool:
        if self._began is None and any(isinstance(event, Step) for event in self._events.rest()):
            self._began = time.monotonic()
        return self._began is not None and time.monotonic() > self._began + self._seconds


def told(job: JobFolder) -> list[str]:
    """The checkpoints that the run has said to have saved."""
    return [Path(event.path).name for event in EventTail(job.events_path).rest() if isinstance(event, Checkpoint)]


if __name__ == "__main__":
    sys.exit(main())
