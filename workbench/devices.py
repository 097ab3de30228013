"""The GPUs of this machine, asked of the driver: no torch needed."""

from __future__ import annotations

import os


def gpu_count() -> int:
    """NVIDIA GPUs that programs may use here; 0 without a driver.

    Without one ``CUDA_VISIBLE_DEVICES`` says nothing: DeepSpeed's launcher also numbers processes on a CPU in it.
    """
    there = _with_a_driver()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if there == 0 or visible is None:
        return there
    return len([part for part in visible.split(",") if part.strip() and part.strip() != "-1"])


def _with_a_driver() -> int:
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
