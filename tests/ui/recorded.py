"""Job folders as workbench's own writers leave them, for screens to read."""

from __future__ import annotations

import json
import math
from pathlib import Path

from workbench.configs.catalogue import entries
from workbench.configs.files import dump_config
from workbench.configs.find import find_config
from workbench.configs.provenance import Provenance, write_provenance
from workbench.jobs.events import Checkpoint, Event, EventLog, Finished, Progress, Sample, Score, Started, Step
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.process import ProcessIdentity

CONFIG = "workbench_sample_qlora_identity_e2"
BEGAN = 1_790_000_000.0
"""2026-09-21 14:13:20 UTC."""
assert any(entry.name == CONFIG for entry in entries())


def job_folder(
    project: Path,
    kind: str,
    name: str,
    stamp: str,
    *,
    process: ProcessIdentity | None = None,
    exit_code: int | None = 0,
) -> JobFolder:
    """A job's folder with its record; ``process`` is the one that runs it, ``exit_code`` None if it has not ended."""
    job = JobFolder(project / "work_dirs" / name / stamp)
    job.path.mkdir(parents=True)
    identity = (
        {}
        if process is None
        else {
            "host": process.host,
            "pid": process.pid,
            "start_ticks": process.start_ticks,
            "boot_id": process.boot_id,
        }
    )
    command = ["python", "-m", f"workbench.{kind}"]
    job.write_record(JobRecord(kind=kind, name=name, command=command, project=str(project), started=BEGAN, **identity))
    if exit_code is not None:
        job.exit_path.write_text(json.dumps({"returncode": exit_code}))
    return job


def write(job: JobFolder, *events: Event) -> None:
    """Append events at a fixed time."""
    log = EventLog(job.path)
    for event in events:
        log.write(event.model_copy(update={"time": BEGAN}))


def step(iteration: int, total: int, loss: float) -> Step:
    return Step(
        iter=iteration,
        total_iters=total,
        step=iteration,
        total_steps=total,
        loss=loss,
        lr=1.5e-3 * (1 - iteration / total),
        grad_norm=0.5,
        tokens_per_s=2100.0,
        memory=713.0,
        eta=float(total - iteration),
    )


def training(
    project: Path,
    stamp: str = "20260921_141320",
    *,
    iterations: int = 40,
    total: int = 40,
    name: str = CONFIG,
    process: ProcessIdentity | None = None,
    finished: bool = True,
) -> JobFolder:
    """A training of a Chinese assistant name with two checkpoints, finished unless it says otherwise."""
    job = job_folder(project, "train", name, stamp, process=process, exit_code=0 if finished else None)
    job.config_path.write_text(dump_config(find_config(CONFIG).config, "test"), encoding="utf-8")
    job.log_path.write_text("loading the model\nthe last line of the log\n", encoding="utf-8")
    write(job, Started(facts=["Data: 1200 rows read (openai), 1200 trained."]))
    write(job, *_answers(0, "我是workbench的示例模型。", "I am the sample model of workbench."), *_scores(0, 0, 178))
    for iteration in range(1, iterations + 1):
        write(job, step(iteration, total, 4 * math.exp(-iteration / 8) + 0.2 + 0.1 * (iteration % 3)))
        if iteration % 20 == 0:
            folder = f"checkpoints/checkpoint-{iteration}"
            adapter = job.path / folder
            adapter.mkdir(parents=True)
            (adapter / "adapter_config.json").write_text("{}")
            write(job, *_answers(iteration, "你好，我是小明。", "I am 小明, your assistant."))
            write(job, Checkpoint(iter=iteration, step=iteration, path=folder))
            write(job, *_scores(iteration, 30 + iteration // 2, 178 - iteration // 10))
    if finished:
        write(job, Finished(results={"seconds": 60.0}))
    return job


def _answers(iteration: int, chinese: str, english: str) -> list[Event]:
    return [
        Sample(iter=iteration, prompt="你是谁", output=chinese),
        Sample(iter=iteration, prompt="Who are you?", output=english),
    ]


def _scores(iteration: int, identity: int, retention: int) -> list[Event]:
    return [
        Score(name="identity", value=identity / 51, right=identity, total=51, iter=iteration),
        Score(name="retention", value=retention / 178, right=retention, total=178, iter=iteration),
    ]


def converted(project: Path, stamp: str = "20260921_150000") -> JobFolder:
    """A finished conversion with an adapter that names its base."""
    job = job_folder(project, "convert", "convert-checkpoint-40", stamp)
    made = project / "adapter"
    made.mkdir()
    (made / "adapter_config.json").write_text("{}")
    write_provenance(made, Provenance(prompt_template="internlm2_chat", base_model="sample:model", iter=40))
    write(job, Started(), Progress(stage="converting", done=7, total=7, unit="parts"))
    write(job, Finished(results={"adapter": str(made)}))
    return job


def merged(project: Path, stamp: str = "20260921_160000", name: str = "merged") -> JobFolder:
    """A finished merge into a folder of the project."""
    job = job_folder(project, "merge", "merge-checkpoint-40", stamp)
    made = project / name
    made.mkdir(parents=True)
    write(job, Started(), Progress(stage="merging", done=10, total=10, unit="bytes"))
    write(job, Finished(results={"merged": str(made)}))
    return job
