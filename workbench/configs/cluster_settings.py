"""The fields that say on which machines and devices is trained, in a group of their own."""

from __future__ import annotations

from typing import Literal

from workbench.configs.method_settings import Strict
from workbench.configs.setting import setting


class ClusterSettings(Strict):
    """Several machines; one machine needs none of it.

    Empty fields are taken from the environment: ``NNODES``, ``NODE_RANK``, ``ADDR`` and ``PORT``, as XTuner's users
    set them.
    """

    @property
    def is_first_machine(self) -> bool:
        """Whether the training's checkpoints are kept by this machine."""
        return self.launcher != "torchrun" or not self.node_rank

    launcher: Literal["auto", "local", "torchrun", "hostfile", "slurm"] = setting(
        "auto",
        group="devices",
        en="auto is local; torchrun is started on every machine, hostfile on one (DeepSpeed, ssh), slurm queues it.",
        zh="auto 即本机；torchrun 在每台机器上启动，hostfile 在一台上启动（DeepSpeed、ssh），slurm 提交到队列。",
    )
    nodes: int | None = setting(None, ge=1, unit="machines", group="devices", en="Machines.", zh="机器数。")
    node_rank: int | None = setting(
        None, ge=0, group="devices", advanced=True, en="Number of this machine, from 0.", zh="本机编号，从 0 开始。"
    )
    master_addr: str | None = setting(
        None, group="devices", advanced=True, en="Address of machine 0.", zh="0 号机器的地址。"
    )
    master_port: int | None = setting(
        None, ge=1, le=65535, group="devices", advanced=True, en="Port on machine 0.", zh="0 号机器的端口。"
    )
    hostfile: str | None = setting(
        None,
        group="devices",
        advanced=True,
        en="DeepSpeed's list of machines: a line for each, such as host1 slots=8.",
        zh="DeepSpeed 的机器列表：每行一台，如 host1 slots=8。",
    )
    partition: str | None = setting(None, group="devices", advanced=True, en="Slurm partition.", zh="Slurm 分区。")
    time_limit: int | None = setting(
        None, ge=1, unit="minutes", group="devices", advanced=True, en="Slurm time limit.", zh="Slurm 时间上限。"
    )
    slurm_options: dict[str, str] = setting(
        {},
        group="devices",
        advanced=True,
        en="Further options of sbatch, e.g. account: lab.",
        zh="其他 sbatch 选项，例如 account: lab。",
    )
