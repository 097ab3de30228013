"""How long an iteration may take, where no earlier run tells: from its arithmetic, and what the hardware can do."""

from __future__ import annotations

import math
import subprocess
import time

from workbench.actions.python import module_command
from workbench.configs.flops import Iteration, iteration_flops, peak_flops
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import shape_of
from workbench.devices import list_gpus

GPU_SHARE = 0.35
"""What a training usually reaches of a GPU's peak in half precision; not measured here."""
_CPU_SHARE = 0.4
"""What the measured trainings of small models reached of the rate of plain products in fp32."""
_SECONDS_A_RATE_HOLDS = 60
_SECONDS_PER_LAYER = {True: 0.004, False: 0.0015}
"""What a layer costs in each iteration however little it computes, on a CPU and on a GPU: its operations are called."""


def expected_seconds(config: TrainConfig, iteration: Iteration, *, processes: int, on_cpu: bool) -> float | None:
    """Seconds of an iteration; None where the model's sizes or the hardware's rate are not known.

    Args:
        iteration: of one process.
        processes: that train on this machine; on a CPU they share it.
    """
    flops, shape = iteration_flops(config, iteration, on_cpu=on_cpu), shape_of(config.pretrained_model_name_or_path)
    rate = _CPU_RATE.now() if on_cpu else _gpu_rate(config)
    if flops is None or shape is None or not rate:
        return None
    return flops * (processes if on_cpu else 1) / rate + shape.layers * _SECONDS_PER_LAYER[on_cpu]


def _gpu_rate(config: TrainConfig) -> float | None:
    """FLOP/s to be expected of the slowest GPU that is used; fp32 is not known."""
    if config.precision == "fp32":
        return None
    peaks = [peak_flops(gpu.name) for gpu in list_gpus() if config.devices is None or gpu.number in config.devices]
    known = [peak for peak in peaks if peak is not None]
    return min(known) * GPU_SHARE if known and len(known) == len(peaks) else None


class CpuRate:
    """FLOP/s to be expected of this machine, measured anew where the last measurement is too old to say what it does now."""

    def __init__(self) -> None:
        self._rate: float | None = None
        self._measured_s = -math.inf

    def now(self) -> float | None:
        """None if it cannot be measured."""
        if time.monotonic() - self._measured_s > _SECONDS_A_RATE_HOLDS:
            self._rate, self._measured_s = _measured_cpu_rate(), time.monotonic()
        return self._rate


_CPU_RATE = CpuRate()


def _measured_cpu_rate() -> float | None:
    """By a short measurement in a process of its own."""
    try:
        told = subprocess.run(
            module_command("workbench.models.matrix_rate"),
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return float(told.stdout) * _CPU_SHARE
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
