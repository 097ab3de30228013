"""Where DeepSpeed's operators are built, so that a killed build never makes a later training wait forever."""

from __future__ import annotations

import fcntl
import os
import platform
from importlib.metadata import version
from pathlib import Path

from workbench.devices import gpu_count
from workbench.paths import user_cache

_held: list[int] = []
"""Open locks of this process; they end with it."""


def prepare_build_folder() -> None:
    """Give builds a folder of their own, and clear what a killed build has left in it.

    torch marks a build under way with a file ``lock`` that stays behind when the process is killed, and waits for it
    without end (torch/utils/file_baton.py). Every process here holds a shared lock on the folder as long as it lives;
    one that gets it alone knows that nobody builds, and removes such files. A folder that the user chose by
    ``TORCH_EXTENSIONS_DIR`` is left alone, for others may build there.
    """
    if "TORCH_EXTENSIONS_DIR" in os.environ:
        return
    folder = user_cache() / "built_ops" / f"python{platform.python_version()}-torch{version('torch')}"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TORCH_EXTENSIONS_DIR"] = str(folder)
    lock = os.open(folder / ".in_use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    _held.append(lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    except OSError:  # a file system without locks (some NFS): nobody can tell who builds, so nothing is cleared
        return
    else:
        _clear(folder)
    fcntl.flock(lock, fcntl.LOCK_SH)


def _clear(folder: Path) -> None:
    for left_behind in folder.glob("*/lock"):
        left_behind.unlink(missing_ok=True)


def build_nothing_for_a_cpu() -> None:
    """Keep DeepSpeed on a CPU from compiling the operator that adds numbers up over the processes of one machine.

    torch does that too. The operator takes a C++ compiler and a minute, and only many processes would gain by it.
    """
    if gpu_count() == 0:
        import deepspeed

        deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
