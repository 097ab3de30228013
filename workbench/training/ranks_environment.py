"""What the launcher says about this process. Light: nothing of torch."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Sequence

_FIRST_PORT, _PORTS = 20000, 10000
"""Where the processes of a Slurm job meet, by its number, so that two jobs on a machine do not."""


def rank() -> int:
    """This process's number among those that train together."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """This process's number on its machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def world_size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_world_size() -> int:
    """How many processes train together on this machine."""
    said = os.environ.get("LOCAL_WORLD_SIZE") or os.environ.get("LOCAL_SIZE")  # by torchrun, by DeepSpeed
    return int(said) if said else world_size()


def on_several_machines() -> bool:
    """Whether processes of other machines train with this one."""
    return local_world_size() < world_size()


def group_rank() -> int | None:
    """The number of this machine, where torchrun was started on each; None under other launchers."""
    return int(os.environ["GROUP_RANK"]) if "GROUP_RANK" in os.environ else None


def on_further_machine() -> bool:
    """Whether torchrun was started on this machine, and it is not the first one: its job is one of its own."""
    return (group_rank() or 0) > 0


def has_folder_of_its_own() -> bool:
    """Whether this is the first process of a machine that torchrun was started on, and that is not the first one."""
    return local_rank() == 0 and on_further_machine()


def set_variables(assignments: Sequence[str]) -> None:
    """Set environment variables, each given as ``NAME=VALUE``."""
    for assignment in assignments:
        name, _equals, value = assignment.partition("=")
        os.environ[name] = value


def meet_alone() -> None:
    """Be the only rank, unless a launcher has said otherwise: DeepSpeed would look for MPI to learn who it is."""
    if "RANK" in os.environ:
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {
        "RANK": "0",
        "LOCAL_RANK": "0",
        "WORLD_SIZE": "1",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }


def adopt_slurm_step() -> None:
    """Take this process's numbers from ``srun``, which started one for each.

    The variables are those of https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES. The processes
    meet on the first machine of the step, at ``MASTER_PORT`` or ``PORT`` if one is set.
    """
    environment = os.environ
    local = environment.get("SLURM_STEP_TASKS_PER_NODE", environment["SLURM_NTASKS"])
    port = environment.get("PORT") or str(_FIRST_PORT + int(environment["SLURM_JOB_ID"]) % _PORTS)
    environment |= {
        "RANK": environment["SLURM_PROCID"],
        "LOCAL_RANK": environment["SLURM_LOCALID"],
        "WORLD_SIZE": environment["SLURM_NTASKS"],
        "LOCAL_WORLD_SIZE": local.split("(")[0].split(",")[0],  # 8(x2): eight on each of two machines
        "MASTER_PORT": environment.get("MASTER_PORT", port),
    }
    if "MASTER_ADDR" not in environment:
        environment["MASTER_ADDR"] = _first_machine(environment["SLURM_STEP_NODELIST"])


def is_slurm_step() -> bool:
    """Whether ``srun`` started this process together with others; not so in the script of a batch job itself."""
    environment = os.environ
    return "SLURM_STEP_NODELIST" in environment and "SLURM_PROCID" in environment


def _first_machine(names: str) -> str:
    """``node[1-4],other`` as Slurm writes lists; Slurm's own tool reads them."""
    said = subprocess.run(["scontrol", "show", "hostnames", names], capture_output=True, text=True, check=True)
    return said.stdout.split()[0]
