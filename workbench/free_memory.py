"""Memory that is free now: of this machine, as far as a control group leaves it, or of its GPUs. Light."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

_GROUPS = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
"""Limit and use of a control group, of version 2 and of version 1, below its root."""
_ROOT = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Devices:
    """What there is to train on: GPUs, or the CPU as one device. ``memory`` and ``free``: bytes of the one with least."""

    count: int
    memory: int
    on_cpu: bool
    free: int


def find_devices(chosen: list[int] | None = None) -> Devices:
    """The GPUs that programs may use here, else the machine's memory.

    Args:
        chosen: GPUs by number; None takes all that ``CUDA_VISIBLE_DEVICES`` leaves.
    """
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return _machine()
    try:
        numbers = _usable(int(pynvml.nvmlDeviceGetCount())) if chosen is None else chosen
        memory = [pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByIndex(number)) for number in numbers]
    except pynvml.NVMLError:
        return _machine()
    finally:
        pynvml.nvmlShutdown()
    if not memory:
        return _machine()
    return Devices(len(memory), min(int(each.total) for each in memory), False, min(int(each.free) for each in memory))


def _usable(count: int) -> list[int]:
    """GPUs by number; those that ``CUDA_VISIBLE_DEVICES`` names otherwise (by UUID) count as the first ones."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return list(range(count))
    parts = [part.strip() for part in visible.split(",") if part.strip() and part.strip() != "-1"]
    numbers = [int(part) if part.isdigit() else place for place, part in enumerate(parts)]
    return [number for number in numbers if number < count]


def _machine() -> Devices:
    return Devices(1, machine_bytes(), True, free_machine_bytes())


def machine_bytes() -> int:
    """Memory of this machine, or what its control group may have of it."""
    limit, _used = _group()
    total = psutil.virtual_memory().total
    return total if limit is None else min(total, limit)


def free_machine_bytes() -> int:
    """What programs can still take without swapping."""
    limit, used = _group()
    available = psutil.virtual_memory().available
    return available if limit is None else max(min(available, limit - used), 0)


def _group(root: Path = _ROOT) -> tuple[int | None, int]:
    """Limit (None without one) and use of this process's control group, in bytes; see cgroups(7)."""
    for limit_name, used_name in _GROUPS:
        try:
            limit = (root / limit_name).read_text(encoding="utf-8").strip()
            used = (root / used_name).read_text(encoding="utf-8").strip()
        except OSError:
            continue
        return (int(limit) if limit.isdigit() else None), int(used)
    return None, 0
