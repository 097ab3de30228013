"""``python -m tests.bench.feed PROJECT STEPS STEPS_PER_SECOND``: be a training, as far as its folder shows it."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from tests.bench.trainings import step
from tests.ui.recorded import CONFIG, job_folder
from workbench.jobs.events import EventLog, Started
from workbench.jobs.process import identify


def feed(project: Path, steps: int, steps_per_second: float) -> None:
    """Make the job's folder, say where it is, and append steps; then wait to be ended."""
    job = job_folder(project, "train", CONFIG, "20260922_120000", process=identify(os.getpid()), exit_code=None)
    events, noise = EventLog(job.path), random.Random(0)
    events.write(Started(facts=["Data: 1200 rows."]))
    print(json.dumps(str(job.path)), flush=True)
    began = time.monotonic()
    with job.log_path.open("w", buffering=1) as log:
        for iteration in range(1, steps + 1):
            time.sleep(max(began + iteration / steps_per_second - time.monotonic(), 0))
            now = step(iteration, steps, noise)
            events.write(now)
            log.write(f"{{'loss': {now.loss:.4f}, 'grad_norm': {now.grad_norm:.3f}, 'learning_rate': {now.lr:.3e}}}\n")
        while True:
            time.sleep(60)


if __name__ == "__main__":
    feed(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
