"""The GPUs of this machine, asked of the driver: no torch needed."""

from __future__ import annotations

import os
from dataclasses import dataclass


def visible_gpus() -> list[str]:
    """The NVIDIA GPUs that programs may use here, as ``CUDA_VISIBLE_DEVICES`` names them; none without a driver.

    Without one that variable says nothing: DeepSpeed's launcher also numbers processes on a CPU in it.
    """
    there = driver_gpu_count()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if there == 0 or visible is None:
        return [str(number) for number in range(there)]
    return [part.strip() for part in visible.split(",") if part.strip() not in {"", "-1"}]


def gpu_count() -> int:
    """How many GPUs programs may use here."""
    return len(visible_gpus())


def driver_gpu_count() -> int:
    """The NVIDIA GPUs of this machine, whether visible or not; 0 without a driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return 0
    try:
        return int(pynvml.nvmlDeviceGetCount())
    except pynvml.NVMLError:
        return 0
    finally:
        pynvml.nvmlShutdown()


@dataclass(frozen=True)
class Gpu:
    """A GPU by its number; ``free`` and ``total`` are bytes of its memory."""

    number: int
    name: str
    free: int
    total: int


def list_gpus() -> list[Gpu]:
    """Every GPU of this machine with its memory as it is now; empty without a driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        return [_look_at(number) for number in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def _look_at(number: int) -> Gpu:
    import pynvml

    handle = pynvml.nvmlDeviceGetHandleByIndex(number)
    name, memory = pynvml.nvmlDeviceGetName(handle), pynvml.nvmlDeviceGetMemoryInfo(handle)
    return Gpu(number, name.decode() if isinstance(name, bytes) else str(name), int(memory.free), int(memory.total))
