"""Merging a LoRA adapter on every linear layer: time and memory beside peft's way, and beside copying the same bytes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.checkpoints.models import SHAPES, write_adapter, write_base
from tests.bench.measurement import Figure, Measurement, Settings, Target, times
from tests.bench.trainings import ROOT

_TASK = (sys.executable, "-m", "tests.bench.checkpoints.merge_task")
_MOST_TIMES_COPYING = 2.0
_MOST_SHARE_OF_PEFT = 0.25
_DISK_FACTOR = 2.2
"""The base and one result, with room to spare."""


@dataclass(frozen=True)
class _Took:
    seconds: float
    peak_bytes: float = 0.0


def measure(settings: Settings, size: str = "1.8B") -> list[Figure]:
    """Each way in turn, in a process of its own, with nothing of the base in the page cache."""
    shape = SHAPES[size]
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        base, adapter = write_base(folder / "base", shape), write_adapter(folder / "adapter", shape)
        total = sum(path.stat().st_size for path in base.iterdir())
        rounds = [
            [_round(folder, base, way, adapter) for way in ("copy", "workbench", "peft")]
            for _ in range(max(1, settings.runs // 2))
        ]
    copied, ours, peft = map(list, zip(*rounds, strict=True))
    return _figures(size, total, copied, ours, peft)


def has_room(size: str) -> bool:
    """Whether the disk holds what is made."""
    shape = SHAPES[size]
    values = 2 * shape.vocabulary * shape.hidden + shape.layers * sum(
        rows * columns for rows, columns in shape.linear.values()
    )
    return shutil.disk_usage(tempfile.gettempdir()).free > 2 * values * _DISK_FACTOR


def _round(folder: Path, base: Path, way: str, adapter: Path) -> _Took:
    target = folder / "result"
    _forget([*base.iterdir(), *adapter.iterdir()])
    try:
        return _copied(base, target) if way == "copy" else _merged(way, base, adapter, target)
    finally:
        shutil.rmtree(target, ignore_errors=True)
        os.sync()


def _copied(base: Path, target: Path) -> _Took:
    """``cp`` of the base until it is on the disk, as the merges' results are."""
    began = time.perf_counter()
    subprocess.run(["cp", "-r", base, target], check=True)
    for path in target.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    return _Took(time.perf_counter() - began)


def _merged(way: str, base: Path, adapter: Path, target: Path) -> _Took:
    answer = subprocess.run([*_TASK, way, base, adapter, target], cwd=ROOT, capture_output=True, text=True, check=True)
    return _Took(**json.loads(answer.stdout.splitlines()[-1]))


def _forget(paths: list[Path]) -> None:
    """Drop files from the page cache."""
    for path in paths:
        with path.open("rb") as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _figures(size: str, total: int, copied: list[_Took], ours: list[_Took], peft: list[_Took]) -> list[Figure]:
    ratios = [one.seconds / other.seconds for one, other in zip(ours, copied, strict=True)]
    shares = [one.peak_bytes / other.peak_bytes for one, other in zip(ours, peft, strict=True)]
    speed = Figure("", [one.seconds for one in ours], "s")
    slow = Figure("", [one.seconds for one in peft], "s")
    return [
        Figure(f"`cp` of {size}, {total / 1e9:.1f} GB, until it is on the disk", [one.seconds for one in copied], "s"),
        Figure("`workbench merge`", speed.samples, "s"),
        Figure(
            "peft: load, `merge_and_unload`, `save_pretrained`",
            slow.samples,
            "s",
            None,
            times(slow.value, speed.value, "workbench's"),
        ),
        Figure("workbench's time in `cp`'s", ratios, "×", Target(_MOST_TIMES_COPYING)),
        Figure("most memory, workbench", [one.peak_bytes / 1e6 for one in ours], "MB"),
        Figure("most memory, peft", [one.peak_bytes / 1e6 for one in peft], "MB"),
        Figure("workbench's memory in peft's", shares, "×", Target(_MOST_SHARE_OF_PEFT)),
    ]


_HOW = (
    "An InternLM2 of random fp16 weights in shards of 2 GB and a LoRA adapter of rank 64 on every linear layer; each "
    "way runs in a process of its own, in turn, with nothing of the model in the page cache. Time runs from after the "
    "imports until the result stands; memory is the most that was resident (VmHWM)."
)
_LIMITS = (
    "workbench's time includes waiting for the disk, reading the result back and comparing its checksum, which "
    "peft's does not. With a fast disk the processor is the limit: the bytes pass it four times."
)

MERGE = Measurement("merge", "Merging an adapter, 1.8B parameters", how=_HOW, limits=_LIMITS, run=measure)
MERGE_7B = Measurement(
    "merge_7b",
    "Merging an adapter, 7B parameters",
    how=_HOW,
    limits=_LIMITS,
    run=lambda settings: measure(settings, "7B") if has_room("7B") else [],
)
