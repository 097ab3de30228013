"""The trainers that are compared, each run in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.train.result import Result, read_result
from tests.bench.train.task import Task
from workbench.devices import gpu_count

_ROOT = Path(__file__).parents[3]
_LLAMAFACTORY = "WORKBENCH_BENCH_LLAMAFACTORY"
"""Names the Python of an environment in which llamafactory is installed; without, it is left out."""
OURS = "workbench"
USUAL = "Trainer + peft"
PACKED = "TRL, packed"
_OURS = {OURS: [], "workbench, ZeRO-2": ["deepspeed_zero2"]}
PEERS = {USUAL: "trainer", "TRL": "trl", PACKED: "trl_packed", "LLaMA-Factory": "llamafactory"}
NAMES = (*_OURS, *PEERS)


def trained(name: str, task: Task) -> tuple[Result | None, str]:
    """The result of one training; or None, and why there is none."""
    out = task.folder / "result.json"
    out.unlink(missing_ok=True)
    command = _command(name, task, out)
    if command is None:
        return None, "not installed"
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE", **_alone()}
    if gpu_count() == 0:
        environment["DS_ACCELERATOR"] = "cpu"
    began = time.perf_counter()
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    print(f"  {task.method} by {name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    if done.returncode or not out.exists():
        print(f"{done.stdout[-500:]}\n{done.stderr[-3000:]}", file=sys.stderr, flush=True)
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        return None, lines[-1][:120] if lines else f"exit code {done.returncode}"
    return read_result(out), ""


def _alone() -> dict[str, str]:
    """A process group of one, which DeepSpeed's engine asks for."""
    return {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29731"}


def _command(name: str, task: Task, out: Path) -> list[str] | None:
    if name in _OURS:
        return [sys.executable, "-m", "tests.bench.train.ours", task.as_json(), str(out), *_OURS[name]]
    python = os.environ.get(_LLAMAFACTORY) if name == "LLaMA-Factory" else sys.executable
    if python is None:
        return None
    return [python, str(Path(__file__).with_name("peer.py")), PEERS[name], task.as_json(), str(out)]
