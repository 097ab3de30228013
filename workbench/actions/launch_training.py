"""The command line that starts the processes of a training, on one machine or several."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.actions.devices import device_wish
from workbench.actions.launch_hostfile import hostfile_command, process_count_of, require_pdsh
from workbench.actions.python import module_command
from workbench.actions.slurm_step import step_command, takes_step
from workbench.configs.cluster_environment import settled
from workbench.configs.deepspeed_names import NO_DEEPSPEED, chosen_preset
from workbench.configs.schema import TrainConfig
from workbench.devices import gpu_count, visible_gpus
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import NODE_FOLDER
from workbench.jobs.slurm import require_sbatch
from workbench.jobs.supervise import PORT

TRAINING = "workbench.training"


def training_command(config: TrainConfig) -> list[str]:
    """The command line of the job; ``{job}`` stands for its folder.

    Args:
        config: settled (`workbench.configs.cluster_environment`).

    Raises:
        WorkbenchError: what the launcher needs is missing.
    """
    require_launcher(config)
    launcher = config.cluster.launcher
    if launcher == "torchrun":
        return _torchrun(config)
    if launcher == "hostfile":
        return hostfile_command(config)
    if launcher == "slurm":
        return _slurm(config)
    return _local(config)


def require_launcher(config: TrainConfig) -> None:
    """Look whether the launcher has here what it needs; takes no time.

    Args:
        config: settled.

    Raises:
        WorkbenchError: what is missing.
    """
    if config.cluster.launcher == "hostfile":
        require_pdsh()
    if config.cluster.launcher == "slurm" and not takes_step(config):
        if not isinstance(config.nproc, int):
            raise WorkbenchError(
                _("How many processes a machine of the cluster runs is not known here."),
                where="nproc",
                fix=_("Say it, usually its GPUs: --nproc 8."),
            )
        require_sbatch()


def node_folder(config: TrainConfig, work_dir: Path) -> Path:
    """Where the job of this machine is kept: machines after the first have a folder of their own in the work dir."""
    cluster = config.cluster
    return work_dir if cluster.is_first_machine else work_dir / NODE_FOLDER.format(cluster.node_rank)


def process_count(config: TrainConfig) -> int:
    """Processes that train together, on all machines.

    Raises:
        WorkbenchError: the list of machines has a mistake.
    """
    if config.cluster.launcher == "hostfile":
        return process_count_of(config)
    if takes_step(config):
        return int(os.environ["SLURM_NTASKS"])
    here = config.nproc if isinstance(config.nproc, int) else _processes_here(config)
    return here * (config.cluster.nodes or 1)


def planned_process_count(config: TrainConfig) -> int:
    """The same for a config as it is written, for estimates: also where it could not be started like this here."""
    try:
        return process_count(settled(config, os.environ))
    except WorkbenchError:
        here = config.nproc if isinstance(config.nproc, int) else len(config.devices or visible_gpus()) or 1
        return here * (config.cluster.nodes or 1)


def _local(config: TrainConfig) -> list[str]:
    """DeepSpeed's launcher starts a process for each GPU that the job is given; on a CPU so many as are asked for."""
    count = _processes_here(config)
    if count == 1 and chosen_preset(config.deepspeed, processes=count) == NO_DEEPSPEED:
        return module_command(TRAINING, "{job}")
    launcher = module_command(
        "deepspeed.launcher.runner",
        # with a number it would take the first GPUs, whatever CUDA_VISIBLE_DEVICES says
        *(() if gpu_count() else ("--num_accelerators", str(count))),
        "--master_port",
        PORT,
        "--no_local_rank",
        "--module",
    )
    return [*launcher, TRAINING, "{job}"]


def _torchrun(config: TrainConfig) -> list[str]:
    """The same on every machine but for its number; the processes meet on machine 0."""
    cluster = config.cluster
    return [
        *module_command("workbench.training.meeting", "{job}"),
        *module_command("torch.distributed.run"),
        f"--nnodes={cluster.nodes or 1}",
        f"--node-rank={cluster.node_rank or 0}",
        f"--nproc-per-node={_processes_here(config)}",
        f"--master-addr={cluster.master_addr or '127.0.0.1'}",
        f"--master-port={cluster.master_port}",
        "-m",
        TRAINING,
        "{job}",
    ]


def _slurm(config: TrainConfig) -> list[str]:
    """A process that submits the training and follows it, or a rank of the step that srun has started."""
    return step_command() if takes_step(config) else module_command("workbench.actions.slurm_job", "{job}")


def _processes_here(config: TrainConfig) -> int:
    """A process for each GPU that the job is given; without a GPU so many as are asked for."""
    if gpu_count():
        return device_wish(config).count
    return config.nproc if isinstance(config.nproc, int) else 1
