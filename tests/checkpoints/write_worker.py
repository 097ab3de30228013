"""Writes a known result, telling each step of its progress: ``python -m tests.checkpoints.write_worker DIR [DIE_AT]``.

At the progress step DIE_AT the process kills itself as ``kill -9`` does.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import torch

from workbench.checkpoints.output import complete_or_absent
from workbench.checkpoints.weight_writing import PlannedTensor, write_weights


def planned(name: str, seed: int) -> PlannedTensor:
    """A random tensor of 400 bytes that is the same each time."""

    def make() -> torch.Tensor:
        return torch.randn(10, 10, generator=torch.Generator().manual_seed(seed))

    return PlannedTensor(name, (10, 10), torch.float32, make)


PLAN = [planned(f"layers.{number}.weight", number) for number in range(9)]


def write(target: Path, die_at: int = -1, *, safe: bool = True, resume_key: str = "same") -> int:
    """Write the result in shards of two tensors; returns how many progress steps there were."""
    steps = 0

    def progress(_done: int, _total: int) -> None:
        nonlocal steps
        if steps == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1

    with complete_or_absent(target, resume_key=resume_key) as folder:
        write_weights(folder, PLAN, max_shard_bytes=900, safe=safe, on_progress=progress)
        (folder / "config.json").write_text("{}", encoding="utf-8")
        progress(0, 0)
    return steps


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
