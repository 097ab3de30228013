"""The options that say how and on what a training runs; each stands for a setting of the config."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.i18n import _

Deepspeed = Annotated[
    str | None, typer.Option(help=_("zero1, zero2, zero2_offload, zero3, zero3_offload, a JSON file, or none."))
]
Nproc = Annotated[int | None, typer.Option(min=1, help=_("Processes on this machine; else one per GPU, one on a CPU."))]
Launcher = Annotated[
    str | None, typer.Option(help=_("torchrun (started on every machine), hostfile, slurm, or local."))
]
Nnodes = Annotated[int | None, typer.Option(min=1, help=_("Machines; else NNODES."))]
NodeRank = Annotated[int | None, typer.Option(min=0, help=_("The number of this machine, from 0; else NODE_RANK."))]
MasterAddr = Annotated[str | None, typer.Option(help=_("The address of machine 0; else ADDR."))]
MasterPort = Annotated[int | None, typer.Option(min=1, max=65535, help=_("A port there; else PORT."))]
Hostfile = Annotated[str | None, typer.Option(help=_("DeepSpeed's list of machines, reached by ssh."))]

_FIELDS = {
    "launcher": "cluster.launcher",
    "nnodes": "cluster.nodes",
    "node_rank": "cluster.node_rank",
    "master_addr": "cluster.master_addr",
    "master_port": "cluster.master_port",
    "hostfile": "cluster.hostfile",
}


def launch_changes(**options: str | int | None) -> list[str]:
    """``key=value`` for each of these options that is given."""
    return [f"{_FIELDS.get(name, name)}={value}" for name, value in options.items() if value is not None]
