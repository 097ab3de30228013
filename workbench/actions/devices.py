"""Which devices of this machine a training is to have for itself."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.configs.schema import TrainConfig
from workbench.devices import driver_gpu_count, visible_gpus
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.device_turn import CPU
from workbench.jobs.folder import DeviceWish
from workbench.jobs.launch import Turn


def device_wish(config: TrainConfig) -> DeviceWish:
    """The GPUs named by ``devices``, else those visible here; ``nproc`` of them, if it is a number.

    Without a GPU the CPU is one device, however many processes share it.

    Raises:
        WorkbenchError: a GPU is named that is not there or twice, or more processes are asked for than GPUs named.
    """
    if config.devices:
        _require_gpus(config.devices)
    among = [str(number) for number in config.devices] if config.devices else visible_gpus()
    if not among:
        return DeviceWish(among=[CPU], count=1)
    count = config.nproc if isinstance(config.nproc, int) else len(among)
    if config.devices and count > len(among):
        raise WorkbenchError(
            _("nproc is {count}, but devices names {named} GPUs: each process has one.").format(
                count=count, named=len(among)
            ),
            where="nproc",
            fix=_("Name more GPUs, or set nproc: auto."),
        )
    return DeviceWish(among=among, count=min(count, len(among)))


def _require_gpus(devices: list[int]) -> None:
    there = driver_gpu_count()
    if there == 0:
        raise WorkbenchError(
            _("There is no NVIDIA GPU on this machine."),
            where="devices",
            fix=_("Leave devices empty to train on the CPU; 'workbench doctor' says why none is seen."),
        )
    missing = [number for number in devices if not 0 <= number < there]
    if missing:
        raise WorkbenchError(
            _("There is no GPU {numbers}.").format(numbers=", ".join(map(str, missing))),
            where="devices",
            fix=_("This machine has GPUs 0 to {last}.").format(last=there - 1),
        )
    if len(set(devices)) < len(devices):
        raise WorkbenchError(_("A GPU is named twice."), where="devices", fix=_("Name each one once."))


def training_turn(config: TrainConfig, go_on: Sequence[str], *, waits: bool) -> Turn | None:
    """The devices of a training and whether it waits for them; None where Slurm gives it devices of other machines.

    Args:
        go_on: the command that goes on with it after a pause.

    Raises:
        WorkbenchError: as `device_wish`; or it is to wait here although Slurm has a queue of its own.
    """
    if config.cluster.launcher != "slurm":
        return Turn(device_wish(config), waits, tuple(go_on))
    if waits:
        raise WorkbenchError(
            _("Slurm has a queue of its own: its devices are not those of this machine."),
            where="cluster.launcher",
            fix=_("Start it without --queue."),
        )
    return None
