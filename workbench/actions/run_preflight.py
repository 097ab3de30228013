"""How a training would be run, looked at before it starts: processes, machines, GPU, DeepSpeed, optimiser."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.actions.launch_training import process_count
from workbench.actions.slurm_step import takes_step
from workbench.configs.deepspeed_names import AUTO, NO_DEEPSPEED, chosen_preset
from workbench.configs.hardware_rules import require_possible
from workbench.configs.schema import TrainConfig
from workbench.configs.sequence_rules import require_shareable
from workbench.driver_hardware import first_gpu
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.training.deepspeed_presets import deepspeed_settings, matched
from workbench.training.optimizer_names import optimizer_name


def check_processes(config: TrainConfig) -> None:
    """Whether sequences can be shared by the processes, and whether the optimiser works with what they train under.

    Args:
        config: settled.

    Raises:
        WorkbenchError: they cannot, or it does not; or the list of machines has a mistake.
    """
    processes = process_count(config)
    require_shareable(config, processes)
    under = chosen_preset(config.deepspeed, processes=processes)
    optimizer_name(config.optim_type, with_deepspeed=under != NO_DEEPSPEED)


def check_deepspeed(config: TrainConfig) -> None:
    """
    Raises:
        WorkbenchError: the DeepSpeed file cannot be read, or is not one that can be used.
    """
    if config.deepspeed not in {AUTO, NO_DEEPSPEED}:
        matched(deepspeed_settings(config.deepspeed), config)


def check_work_dir(config: TrainConfig) -> None:
    """
    Raises:
        WorkbenchError: the folder that the config names for its runs cannot be made, or not be written.
    """
    if config.work_dir is None:
        return
    folder = Path(config.work_dir).expanduser().resolve()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise WorkbenchError(
            _("The folder cannot be written.") if there.is_dir() else _("This is a file, not a folder."),
            where=f"work_dir: {there}",
            fix=_("Name a folder that can be written."),
        )


def check_hardware(config: TrainConfig) -> None:
    """Look at this machine's GPU, where the training runs on it; other machines are not known here.

    Args:
        config: settled.

    Raises:
        WorkbenchError: the config asks for what it cannot do.
    """
    if is_run_here(config):
        require_possible(config, first_gpu(config.devices))


def is_run_here(config: TrainConfig) -> bool:
    """Whether a process of the training runs on this machine for sure."""
    return config.cluster.launcher not in {"hostfile", "slurm"} or takes_step(config)
