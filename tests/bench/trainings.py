"""Trainings to look at: recorded ones of any length, and one that goes on."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.project import Project
from tests.ui.recorded import CONFIG, job_folder
from workbench.configs.catalogue import entries
from workbench.configs.files import dump_config
from workbench.configs.find import find_config
from workbench.jobs.events import Finished, Sample, Started, Step
from workbench.jobs.folder import JobFolder

ROOT = Path(__file__).parents[2]
_STEPS_BETWEEN_ANSWERS = 100_000
_LINES_AT_ONCE = 10_000


@contextmanager
def project() -> Iterator[Project]:
    """An empty project of a user without settings, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
        yield Project(Path(folder))


def fill_with_configs(where: Project, rows: int) -> None:
    """Copy configs of the catalogue into the project until the Configs area lists so many."""
    folder = where.folder / "configs"
    folder.mkdir()
    names = [entry.name for entry in entries()]
    for number in range(rows - len(names)):
        name = names[number % len(names)]
        text = dump_config(find_config(name).config, name)
        (folder / f"{name}_copy_{number}.yaml").write_text(text, encoding="utf-8")


def step(iteration: int, total: int, noise: random.Random) -> Step:
    """A step as the trainer writes it: every field filled, a falling loss with noise."""
    return Step(
        iter=iteration,
        total_iters=total,
        step=iteration,
        total_steps=total,
        loss=0.3 + 3 * math.exp(-8 * iteration / total) + noise.uniform(-0.15, 0.15),
        lr=2e-4 * (1 + math.cos(math.pi * iteration / total)) / 2,
        grad_norm=noise.uniform(0.3, 1.2),
        tokens_per_s=noise.uniform(2000, 2200),
        data_time=noise.uniform(0.001, 0.002),
        memory=713.4 + iteration // 50,
        eta=(total - iteration) * noise.uniform(0.19, 0.21),
    )


def finished_training(project: Path, stamp: str, steps: int) -> JobFolder:
    """A finished training with so many step events and some answers among them."""
    job = job_folder(project, "train", CONFIG, stamp)
    noise = random.Random(steps)
    job.log_path.write_text("done\n")
    with job.events_path.open("w", encoding="utf-8") as stream:
        lines = [Started(facts=["Data: 1200 rows."]).model_dump_json(exclude_none=True)]
        for iteration in range(1, steps + 1):
            lines.append(step(iteration, steps, noise).model_dump_json(exclude_none=True))
            if iteration % _STEPS_BETWEEN_ANSWERS == 0:
                lines.append(Sample(iter=iteration, prompt="Who are you?", output="I am Ada.").model_dump_json())
            if len(lines) >= _LINES_AT_ONCE:
                stream.write("\n".join(lines) + "\n")
                lines.clear()
        lines.append(Finished(results={"seconds": 60.0}).model_dump_json())
        stream.write("\n".join(lines) + "\n")
    return job


@contextmanager
def running_training(project: Project, steps: int, steps_per_second: float) -> Iterator[JobFolder]:
    """A job that writes its steps and a line of log each at this rate until it is done or the context is left."""
    command = [sys.executable, "-m", "tests.bench.feed", str(project.folder), str(steps), str(steps_per_second)]
    feeder = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert feeder.stdout is not None
        yield JobFolder(Path(json.loads(feeder.stdout.readline())))
    finally:
        feeder.kill()
        feeder.wait()


def wait_for_steps(job: JobFolder, count: int) -> None:
    """Until a running training has made so many steps."""
    while job.events_path.read_bytes().count(b'"event":"step"') < count:
        time.sleep(0.1)
