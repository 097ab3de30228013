"""Which trainings are compared, on a CPU and on a GPU, and how much better workbench's should be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.bench.train.task import LIKE_INTERNLM2, LIKE_LLAMA3, SMALL, TINY, Sizes, Task


@dataclass(frozen=True)
class Case:
    """One training by all. ``faster``, ``leaner``: targets, as shares of the best other's speed and memory."""

    sizes: Sizes
    method: str
    faster: float | None = None
    leaner: float | None = None
    length: int = 0
    packed_too: bool = False
    rows: int = 160

    @property
    def title(self) -> str:
        return ", ".join([self.sizes.name, self.method, *([f"{self.length} tokens"] if self.length else [])])

    def task(self, folder: Path) -> Task:
        """On a GPU eight steps of four full rows in an epoch."""
        if not self.length:
            return Task(folder, self.method, rows=self.rows)
        return Task(folder, self.method, rows=32, batch=4, length=self.length, on_gpu=True)


ON_CPU = (
    Case(TINY, "lora", faster=2.5, leaner=0.65, packed_too=True),
    Case(SMALL, "lora", faster=2.0, leaner=0.65, rows=64),
    Case(TINY, "full", rows=64),
)
ON_GPU = tuple(
    Case(sizes, method, faster=1.2, leaner=0.8, length=length)
    for sizes in (LIKE_INTERNLM2, LIKE_LLAMA3)
    for method in ("qlora", "lora", "full")
    for length in (2048, 8192)
    if (sizes, method) != (LIKE_LLAMA3, "full")
)
