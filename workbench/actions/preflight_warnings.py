"""What does not stop a training, but may later: too little memory or disk, a port that is taken. Takes milliseconds."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from workbench.actions.launch_training import planned_process_count
from workbench.configs.checkpoint_size import checkpoint_bytes
from workbench.configs.estimate import MemoryEstimate, estimate_memory
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.free_memory import Devices, find_devices
from workbench.i18n import _
from workbench.sizes import in_words


def preflight_warnings(
    config: TrainConfig, work_dir: Path, memory: MemoryEstimate | None, devices: Devices
) -> list[WorkbenchError]:
    """Each with where it is and how to mend it."""
    found = (_memory(memory, devices), _disk(config, work_dir), _port(config))
    return [warning for warning in found if warning is not None]


def warnings_before(config: TrainConfig, work_dir: Path) -> list[WorkbenchError]:
    """The same for a training that is about to be started from here."""
    devices = find_devices(config.devices)
    memory = estimate_memory(config, devices=planned_process_count(config), on_cpu=devices.on_cpu)
    return preflight_warnings(config, work_dir, memory, devices)


def _memory(memory: MemoryEstimate | None, devices: Devices) -> WorkbenchError | None:
    if memory is None or memory.total <= devices.free:
        return None
    return WorkbenchError(
        _("It needs about {needed} of memory; {free} are free.").format(
            needed=in_words(memory.total), free=in_words(devices.free)
        ),
        where="batch_size, max_length",
        fix=_("'workbench train CONFIG --fit' finds the largest batch that fits; qlora, ZeRO-3 or other devices help."),
    )


def _disk(config: TrainConfig, work_dir: Path) -> WorkbenchError | None:
    """Whether the checkpoints that are kept, and one that is being written, have room."""
    size = checkpoint_bytes(config)
    if size is None or config.save_total_limit < 0:
        return None
    needed = size * (config.save_total_limit + 1)
    folder = next(parent for parent in (work_dir.resolve(), *work_dir.resolve().parents) if parent.is_dir())
    free = shutil.disk_usage(folder).free
    if needed <= free:
        return None
    return WorkbenchError(
        _("The checkpoints need about {needed}; {free} are free on that disk.").format(
            needed=in_words(needed), free=in_words(free)
        ),
        where=str(folder),
        fix=_("Make room, set a smaller save_total_limit, or name another disk with --work-dir."),
    )


def _port(config: TrainConfig) -> WorkbenchError | None:
    """Whether the meeting point of several machines is free on this one, if it is here."""
    port = config.cluster.master_port
    if port is None or (config.cluster.node_rank or 0) > 0:
        return None
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("", port))
        except OSError:
            return WorkbenchError(
                _("Port {port} is taken on this machine.").format(port=port),
                where="cluster.master_port",
                fix=_("Name another one, the same on all machines."),
            )
    return None
