"""Real trainings of the sample model on a few rows, each in a process of its own.

The processes are forked from one that has imported everything (see `preloaded`), so that a test waits for the training
and not for its imports.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeVar

from workbench.configs.files import dump_config
from workbench.configs.method_settings import LoraSettings
from workbench.configs.schema import TrainConfig
from workbench.jobs.events import Event, Step
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.tail import EventTail
from workbench.paths import shipped

ROWS = 27
"""7 iterations of 4 rows, 4 optimiser steps of 2 iterations; the last of each holds less."""
_SECONDS = 180

Kind = TypeVar("Kind")
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.training.preloaded"])


@dataclass(frozen=True)
class Run:
    """A training that has ended, with the events that it wrote itself."""

    job: JobFolder
    returncode: int
    events: list[Event]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Its events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def losses(self) -> dict[int, tuple[float, float | None]]:
        """Optimiser step → loss and gradient norm, as they were written."""
        return {step.step: (step.loss, step.grad_norm) for step in self.of(Step)}

    @property
    def checkpoints(self) -> list[str]:
        """The names of everything in its checkpoint folder."""
        return sorted(path.name for path in self.job.checkpoints_path.iterdir())

    def checkpoint(self, step: int) -> Path:
        return self.job.checkpoints_path / f"checkpoint-{step}"


def tiny_config(rows: Path, **changes: Any) -> TrainConfig:
    """Two epochs: 8 optimiser steps, 14 iterations. Dropout is on, so that random numbers matter."""
    return TrainConfig.model_validate(
        {
            "pretrained_model_name_or_path": "sample:model",
            "prompt_template": "internlm2_chat",
            "data_path": str(rows),
            "max_length": 64,
            "pack_to_max_length": False,
            "batch_size": 4,
            "accumulative_counts": 2,
            "max_epochs": 2,
            "lr": 1e-3,
            "lora": LoraSettings(r=8, lora_alpha=16, lora_dropout=0.1),
            "save_steps": -1,
            "save_total_limit": -1,
            "evaluation_freq": -1,
            "evaluation_inputs": [],
            **changes,
        }
    )


def write_rows(folder: Path) -> Path:
    """The first dialogues of the sample project, each with the answer to another: something to learn."""
    every = json.loads((shipped("sample_data") / "general_dialogue.json").read_text(encoding="utf-8"))
    asked = [row["messages"][0] for row in every[:ROWS]]
    answered = [row["messages"][1] for row in every[1 : ROWS + 1]]
    rows = [{"messages": list(turns)} for turns in zip(asked, answered, strict=True)]
    path = folder / "rows.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def new_job(folder: Path, config: TrainConfig) -> JobFolder:
    """A job folder as the launcher leaves it to the training."""
    folder.mkdir(parents=True)
    job = JobFolder(folder)
    job.config_path.write_text(dump_config(config), encoding="utf-8")
    job.write_record(JobRecord(kind="train", name=folder.parent.name, command=[], project=str(folder)))
    return job


def killed_after(run: Run, step: int, folder: Path) -> JobFolder:
    """A copy of a run's folder as it would be if the machine had stopped in the step after that checkpoint."""
    job = JobFolder(Path(shutil.copytree(run.job.path, folder)))
    for path in job.checkpoints_path.iterdir():
        if int(path.name.rsplit("-", 1)[1]) > step:
            shutil.rmtree(path)
    later = re.compile(rf'"event":"step".*"step":{step + 1},|"event":"finished"'.encode())
    lines = job.events_path.read_bytes().splitlines(keepends=True)
    job.events_path.write_bytes(b"".join(takewhile(lambda line: not later.search(line), lines)))
    return job


def run(
    job: JobFolder,
    *options: str,
    ranks: int = 1,
    file_limit: int | None = None,
    meanwhile: Callable[[list[int]], None] = lambda pids: None,
) -> Run:
    """Train to the end, or to where it fails.

    Args:
        options: command line options of ``python -m workbench.training``.
        ranks: processes that train together.
        file_limit: no file may grow beyond so many bytes.
        meanwhile: is called when they have been started, with the pids of the ranks.
    """
    events = EventTail(job.events_path)
    list(events.rest())
    processes = _started(job, options, ranks, file_limit)
    meanwhile([process.pid or 0 for process in processes])
    for process in processes:
        process.join(_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
    return Run(job, max(abs(process.exitcode or 0) for process in processes), list(events.rest()))


def run_until(job: JobFolder, is_moment: Callable[[], bool], *options: str, ranks: int = 1) -> bool:
    """Train, and end all ranks with SIGKILL at a moment; False if they had ended by themselves before."""
    processes = _started(job, options, ranks)
    deadline = time.monotonic() + _SECONDS
    while not is_moment() and all(process.is_alive() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.002)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    return any(process.exitcode == -signal.SIGKILL for process in processes)


def _started(
    job: JobFolder, options: Sequence[str], ranks: int, file_limit: int | None = None
) -> list[multiprocessing.context.ForkServerProcess]:
    port = _free_port()
    processes = [
        _processes.Process(target=_rank, args=(job.path, list(options), number, ranks, port, file_limit))
        for number in range(ranks)
    ]
    for process in processes:
        process.start()
    return processes


def _rank(job: Path, options: list[str], number: int, ranks: int, port: int, file_limit: int | None) -> None:
    """One rank of a training: what a launcher of several sets, then what the process beside a guard does."""
    log = os.open(job / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["WORKBENCH_LANG"] = "en"
    if ranks > 1:
        os.environ |= {
            "RANK": str(number),
            "LOCAL_RANK": str(number),
            "WORLD_SIZE": str(ranks),
            "LOCAL_WORLD_SIZE": str(ranks),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
        }
    multiprocessing.set_start_method("fork", force=True)  # as in a process that was started by a command
    if file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    from workbench.training.rank_process import main

    sys.exit(main([str(job), *options]))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
