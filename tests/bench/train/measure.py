"""Trainings by workbench and by others, one after another in turn, as ratios in one run."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measurement import Figure, Measurement, Settings, Target, times
from tests.bench.train.cases import ON_CPU, ON_GPU, Case
from tests.bench.train.result import Result
from tests.bench.train.task import make_task, rows_of_tokens
from tests.bench.train.trainers import NAMES, OURS, PACKED, PEERS, USUAL, trained
from workbench.devices import gpu_count

_SAME_LOSS = 1e-3
_FEW = 2


def measure(settings: Settings) -> list[Figure]:
    """Every case, the first one twice as often; with few runs only that one."""
    first, *others = ON_GPU if gpu_count() else ON_CPU
    figures = list(_figures(first, max(settings.runs // 2, 1)))
    if settings.runs > _FEW:
        figures += [figure for case in others for figure in _figures(case, max(settings.runs // 4, 1))]
    return figures


def _figures(case: Case, runs: int) -> Iterator[Figure]:
    names = [name for name in NAMES if case.packed_too or name != PACKED]
    results: dict[str, list[Result]] = {name: [] for name in names}
    reasons: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="workbench-bench-train-") as folder:
        task = case.task(Path(folder))
        make_task(task, case.sizes)
        for _run in range(runs):
            for name in names:
                result, reasons[name] = trained(name, task)
                results[name] += [result] if result else []
    tokens = sum(len(row["input_ids"]) for row in rows_of_tokens(task))
    speeds = {name: [tokens / one.seconds for one in some] for name, some in results.items()}
    memory = {name: [one.memory for one in some] for name, some in results.items()}
    others = [name for name in PEERS if results.get(name)]
    best = max(others, key=lambda name: statistics.median(speeds[name]), default=None)
    fastest = statistics.median(speeds[best]) if best else 0.0
    leanest = min((statistics.median(memory[name]) for name in others), default=0.0)
    for name in names:
        target = Target(case.faster * fastest, at_least=True) if name == OURS and case.faster else None
        said = reasons[name]
        if speeds[name]:
            ratio = times(statistics.median(speeds[name]), fastest, best or "")
            said = "; ".join(part for part in (ratio, _losses(results[name], results.get(USUAL, []))) if part)
        yield Figure(f"{case.title}: {name}", speeds[name], "tokens/s", target, said)
    for name in names:
        target = Target(case.leaner * leanest) if name == OURS and case.leaner else None
        said = times(statistics.median(memory[name]), leanest, "the leanest other") if memory[name] else reasons[name]
        yield Figure(f"{case.title}: {name}, most memory", memory[name], "MB", target, said)

    used = [one.mfu * 100 for one in results[OURS] if one.mfu is not None]
    if used:
        yield Figure(f"{case.title}: {OURS}, MFU", used, "%", Target(50, at_least=True))


def _losses(found: list[Result], usual: list[Result]) -> str:
    if not usual:
        return ""
    ours, theirs = found[0].losses, usual[0].losses
    if len(ours) != len(theirs):
        return "other batches"
    apart = max(abs(one - other) for one, other in zip(ours, theirs, strict=True))
    return "the same losses" if apart < _SAME_LOSS else f"losses up to {apart:.4f} apart"


TRAIN = Measurement(
    "train",
    "Training, against others",
    how="Models of random weights with a vocabulary of 32,000 (19 M: Qwen2 256 x 4; 55 M: Llama 512 x 8) learn 160 rows "
    "(55 M and all weights: 64) of tokens of lognormal length (median 120, at most 512, 40 % without loss): LoRA r=8 on "
    "the seven projections or all weights, fp32, 4 rows a step, AdamW, constant rate, the same adapter and order for all. "
    "Each trainer runs in a process of its own, in turn; the second of two epochs is timed, tokens are those of the rows "
    "without padding. On a machine with a GPU, models of 1.8 and 8 billion learn full rows of 2048 and 8192 tokens in "
    "bf16 instead.",
    limits="Trainer + peft and TRL run with workbench's versions of torch and transformers, LLaMA-Factory in an "
    "environment of its own (WORKBENCH_BENCH_LLAMAFACTORY names its Python; there an empty module stands for torchaudio, "
    "which has no build for this torch and text never uses). Memory is the most that was resident, "
    "imports included (on a GPU: allocated there). TRL packed makes other batches; its losses cannot be compared.",
    run=measure,
)
