"""What a trainer tells of its training."""

from __future__ import annotations

import json
import resource
from dataclasses import asdict, dataclass
from pathlib import Path

_KILOBYTES_IN_MB, _BYTES_IN_MB = 1000, 1_000_000


@dataclass(frozen=True)
class Result:
    """``losses``: of each optimiser step; ``seconds``: of the second epoch; ``memory``: see `peak_memory`; ``mfu``: 0–1."""

    losses: list[float]
    seconds: float
    memory: float
    mfu: float | None = None


def peak_memory() -> float:
    """The most that this process has had allocated on the GPU, or resident if there is none, in MB."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / _BYTES_IN_MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES_IN_MB


def write_result(result: Result, path: Path) -> None:
    path.write_text(json.dumps(asdict(result)), encoding="utf-8")


def read_result(path: Path) -> Result:
    return Result(**json.loads(path.read_text(encoding="utf-8")))
