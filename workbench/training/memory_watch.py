"""The most memory that a process takes in a while."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

import torch

_SECONDS_BETWEEN = 0.002
_PAGE = os.sysconf("SC_PAGE_SIZE")


def own_bytes() -> int:
    """Memory of this process that no file stands behind: what the system cannot take back.

    From ``/proc/self/statm`` (proc(5)): resident pages less those that are shared or of files.
    """
    resident, shared = Path("/proc/self/statm").read_bytes().split()[1:3]
    return (int(resident) - int(shared)) * _PAGE


class MemoryWatch:
    """Looks at the memory of this process 500 times a second, from a thread, and at the GPU's own account.

    Attributes:
        before: bytes when the watch began.
        peak: the most bytes since then; on a GPU those of its allocator, of tensors only.
    """

    def __init__(self) -> None:
        self.before = self.peak = 0
        self._on_gpu = torch.cuda.is_available()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self.before = self.peak = 0 if self._on_gpu else own_bytes()
        if self._on_gpu:
            torch.cuda.reset_peak_memory_stats()
        else:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._on_gpu:
            self.peak = torch.cuda.max_memory_allocated()
        else:
            self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN):
            self.peak = max(self.peak, own_bytes())
