"""Settings that libraries read from the environment when they are imported: made before any of them is."""

from __future__ import annotations

import os

from workbench.devices import gpu_count
from workbench.training.built_ops import prepare_build_folder
from workbench.training.ranks_environment import local_world_size


def prepare_environment() -> None:
    """Settle devices and threads; what the user has set himself stays."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    prepare_build_folder()
    if gpu_count() == 0:
        os.environ.setdefault("DS_ACCELERATOR", "cpu")
        os.environ.setdefault("OMP_NUM_THREADS", str(_threads_for_each()))


def _threads_for_each() -> int:
    """The cores of this machine shared among its processes; launchers set one thread where nobody says otherwise."""
    return max((os.cpu_count() or 1) // local_world_size(), 1)
