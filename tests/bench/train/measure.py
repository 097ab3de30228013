"""Trainings by workbench and by others, one after another in turn, as ratios in one run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measurement import Figure, Measurement, Settings, Target, times
from tests.bench.train.result import Result, read_result
from tests.bench.train.task import ROWS, SMALL, TINY, Sizes, Task, make_task, rows_of_tokens

_ROOT = Path(__file__).parents[3]
_LLAMAFACTORY = "WORKBENCH_BENCH_LLAMAFACTORY"
"""Names the Python of an environment in which llamafactory is installed; without, it is left out."""
_OURS = {"workbench": [], "workbench, ZeRO-2": ["deepspeed_zero2"]}
_PEERS = {
    "Trainer + peft": "trainer",
    "TRL": "trl",
    "TRL, packed": "trl_packed",
    "LLaMA-Factory": "llamafactory",
}
_FASTER = {TINY: 2.5, SMALL: 2.0}
_MEMORY = 0.65
_SAME_LOSS = 1e-3


def measure(settings: Settings) -> list[Figure]:
    """Both sizes with an adapter, and the smaller with all weights."""
    runs = max(settings.runs // 2, 1)
    return [
        *_figures(TINY, "lora", runs, with_packed=True),
        *_figures(SMALL, "lora", runs, with_packed=False),
        *_figures(TINY, "full", runs, with_packed=False),
    ]


def _figures(sizes: Sizes, method: str, runs: int, *, with_packed: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="workbench-bench-train-") as folder:
        task = make_task(Path(folder), sizes, method)
        names = [*_OURS, *(name for name in _PEERS if with_packed or name != "TRL, packed")]
        results: dict[str, list[Result]] = {name: [] for name in names}
        for _run in range(runs):
            for name in names:
                results[name] += _trained(name, task)
    title, tokens = f"{sizes.name}, {method}", sum(len(row["input_ids"]) for row in rows_of_tokens())
    assert len(rows_of_tokens()) == ROWS
    speeds = {name: [tokens / one.seconds for one in some] for name, some in results.items()}
    memory = {name: [one.memory for one in some] for name, some in results.items()}
    peers = [name for name in _PEERS if results.get(name)]
    best = max(peers, key=lambda name: statistics.median(speeds[name]))
    fastest, leanest = statistics.median(speeds[best]), min(statistics.median(memory[name]) for name in peers)
    usual = results["Trainer + peft"][0].losses
    for name in names:
        ours = name == "workbench"
        compared = ""
        if results[name]:
            compared = times(statistics.median(speeds[name]), fastest, best) + "; " + _losses(results[name][0], usual)
        target = Target(_FASTER[sizes] * fastest, at_least=True) if ours and method == "lora" else None
        yield Figure(f"{title}: {name}", speeds[name], "tokens/s", target, compared)
    for name in names:
        target = Target(_MEMORY * leanest) if name == "workbench" and method == "lora" else None
        compared = times(statistics.median(memory[name]), leanest, "the leanest other") if memory[name] else ""
        yield Figure(f"{title}: {name}, most memory", memory[name], "MB", target, compared)


def _losses(found: Result, usual: list[float]) -> str:
    apart = max(abs(one - other) for one, other in zip(found.losses, usual, strict=False))
    if len(found.losses) != len(usual):
        return "other batches"
    return "the same losses" if apart < _SAME_LOSS else f"losses up to {apart:.4f} apart"


def _trained(name: str, task: Task) -> list[Result]:
    """The result of one training; none if its environment is not there."""
    out = task.folder / "result.json"
    out.unlink(missing_ok=True)
    command = _command(name, task, out)
    if command is None:
        return []
    environment = os.environ | {"DS_ACCELERATOR": "cpu", "OMP_WAIT_POLICY": "PASSIVE", **_alone()}
    began = time.perf_counter()
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    print(f"  {task.method} by {name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    if done.returncode or not out.exists():
        raise SystemExit(f"{name} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return [read_result(out)]


def _alone() -> dict[str, str]:
    """A process group of one, which DeepSpeed's engine asks for."""
    return {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29731"}


def _command(name: str, task: Task, out: Path) -> list[str] | None:
    if name in _OURS:
        return [sys.executable, "-m", "tests.bench.train.ours", task.as_json(), str(out), *_OURS[name]]
    python = os.environ.get(_LLAMAFACTORY) if name == "LLaMA-Factory" else sys.executable
    if python is None:
        return None
    return [python, str(Path(__file__).with_name("peer.py")), _PEERS[name], task.as_json(), str(out)]


TRAIN = Measurement(
    "train",
    "Training, against others",
    how="Models of random weights with a vocabulary of 32,000 (19 M: Qwen2 256 x 4; 55 M: Llama 512 x 8) learn 160 rows "
    "of tokens of lognormal length (median 120, at most 512, 40 % without loss): LoRA r=8 on the seven projections or "
    "all weights, fp32, 4 rows a step, AdamW, constant rate, the same adapter and order for all. Each trainer runs in a "
    "process of its own, in turn; the second of two epochs is timed, tokens are those of the rows without padding.",
    limits="Trainer + peft and TRL run with workbench's versions of torch and transformers, LLaMA-Factory in an "
    "environment of its own (WORKBENCH_BENCH_LLAMAFACTORY names its Python). Memory is the most that was resident, "
    "imports included. TRL packed makes other batches, so that its losses cannot be compared.",
    run=measure,
)
