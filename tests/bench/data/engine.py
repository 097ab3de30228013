"""The programs that are measured, and one run of one of them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.data.engines.job import Answer, Job
from tests.bench.data.environments import LLAMA_FACTORY, TRL, PythonEnvironment
from tests.bench.data.watched import Memory, watched

_LEFT_OUT = (
    "TOKENIZERS_PARALLELISM",
    "RAYON_NUM_THREADS",
    "PYTHONDONTWRITEBYTECODE",
    "HF_DATASETS_CACHE",
    "PYTHONPATH",
)


@dataclass(frozen=True)
class Engine:
    """A program of `engines`.

    Args:
        environment: None is workbench's own.
        processes: see `Job`.
        begun_before: it has run once on the same data.
    """

    title: str
    program: str
    environment: PythonEnvironment | None = None
    processes: int | None = None
    begun_before: bool = False


@dataclass(frozen=True)
class Run:
    """What one run gave."""

    answer: Answer
    memory: Memory
    process: int


CORES = len(os.sched_getaffinity(0))
WORKBENCH = Engine("workbench", "workbench_preparation")
WRITTEN = Engine("workbench, its packed rows put together and written too", "workbench_written")
AGAIN = Engine("workbench, the next time", "workbench_again", begun_before=True)
TOKENIZER = Engine("the tokenizer alone, all cores", "tokenizer_alone")
OTHERS = tuple(
    Engine(f"{title}, {f'{processes} processes' if processes else 'by default'}", program, environment, processes)
    for title, program, environment in (
        ("datasets.map and apply_chat_template", "plain", None),
        ("TRL", "trl_preparation", TRL),
        ("LLaMA-Factory", "llamafactory_preparation", LLAMA_FACTORY),
    )
    for processes in (None, CORES)
)


def run_once(
    engine: Engine, data: Path, tokenizer: Path, folder: Path, *, packed: bool = True, counted: bool = True
) -> Run:
    """Run an engine in a new process with an empty scratch folder, gone afterwards.

    Args:
        packed, counted: see `Job`.
        folder: for what is kept from run to run, and the scratch folder.

    Raises:
        FailedError: the environment cannot be made, or the run failed.
    """
    python = engine.environment.make() if engine.environment else Path(sys.executable)
    scratch = folder / "scratch"
    scratch.mkdir()
    try:
        job = Job(str(data), str(tokenizer), str(scratch), engine.processes, packed, counted)
        asked = scratch / "job.json"
        asked.write_text(json.dumps(asdict(job)), encoding="utf-8")
        command = (python, "-m", f"tests.bench.data.engines.{engine.program}", asked)
        process, memory = watched(command, _environment(folder, scratch), scratch / "output.log", job.finished_mark)
        return Run(Answer(**json.loads(job.answer.read_text(encoding="utf-8"))), memory, process)
    finally:
        shutil.rmtree(scratch)


def _environment(folder: Path, scratch: Path) -> dict[str, str]:
    """No cache but workbench's outlives a run, and nobody asks the network."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    return kept | {
        "WORKBENCH_CACHE_DIR": str(folder / "workbench-cache"),
        "HF_HOME": str(scratch / "hub"),
        "HF_HUB_OFFLINE": "1",
        "TMPDIR": str(scratch),
    }
