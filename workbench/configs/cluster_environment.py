"""Where a training runs: what the config says, and where it says nothing, the names that XTuner's users set."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.configs.cluster_settings import ClusterSettings
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _

DEFAULT_PORT = 29500
"""Of machine 0, where the processes of several machines meet; torchrun's own."""
_LAST_PORT = 65535


def settled(config: TrainConfig, environment: Mapping[str, str]) -> TrainConfig:
    """The config with the launcher, machines and processes that it leaves open taken from the environment.

    ``NPROC_PER_NODE``, ``NNODES``, ``NODE_RANK``, ``ADDR`` and ``PORT`` are read; what the config says comes before
    them. What is open then stays so: ``nproc: auto`` depends on the machine.

    Raises:
        WorkbenchError: a value of the environment is no number, or what several machines need to know is missing.
    """
    said = config.cluster
    nproc = config.nproc
    if nproc == "auto":
        nproc = _number(environment, "NPROC_PER_NODE", 1) or "auto"
    nodes = said.nodes or _number(environment, "NNODES", 1)
    launcher = said.launcher
    if launcher == "auto":
        launcher = "hostfile" if said.hostfile else "torchrun" if (nodes or 1) > 1 else "local"
    if launcher == "local" and (nodes or 1) == 1:
        return config.model_copy(update={"nproc": nproc})
    update: dict[str, object] = {"launcher": launcher, "nodes": nodes}
    if launcher == "torchrun":
        rank = said.node_rank if said.node_rank is not None else _number(environment, "NODE_RANK", 0)
        update["node_rank"] = rank if rank is not None or (nodes or 1) > 1 else 0
        update["master_addr"] = said.master_addr or environment.get("ADDR") or None
    if launcher != "local":
        update["master_port"] = said.master_port or _number(environment, "PORT", 1, _LAST_PORT) or DEFAULT_PORT
    cluster = said.model_copy(update=update)
    _require_machines(cluster)
    return config.model_copy(update={"cluster": cluster, "nproc": nproc})


def _number(environment: Mapping[str, str], name: str, least: int, most: int | None = None) -> int | None:
    text = environment.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < least or (most and int(text) > most):
        what = _("The environment variable {name} is no number from {least}: {text}")
        if most:
            what = _("The environment variable {name} is no number from {least} to {most}: {text}")
        raise WorkbenchError(
            what.format(name=name, least=least, most=most, text=text),
            where=name,
            fix=_("Set it to a number, or unset it."),
        )
    return int(text)


def _require_machines(cluster: ClusterSettings) -> None:
    """Each machine must know its number and where number 0 is."""
    nodes = cluster.nodes or 1
    if cluster.launcher == "local" and nodes > 1:
        raise _missing("cluster.launcher", _("launcher: local is for one machine."), _("Set launcher: torchrun."))
    if cluster.launcher == "hostfile" and not cluster.hostfile:
        raise _missing("cluster.hostfile", _("launcher: hostfile needs a list of machines."), "--hostfile FILE")
    if cluster.launcher != "torchrun" or nodes == 1:
        return
    if cluster.node_rank is None:
        raise _missing(
            "cluster.node_rank",
            _("This machine has no number among the {nodes}.").format(nodes=nodes),
            _("Give each machine its own from 0: --node-rank, or NODE_RANK."),
        )
    if cluster.node_rank >= nodes:
        raise _missing(
            "cluster.node_rank",
            _("This machine is number {number}; {nodes} machines have the numbers 0 to {last}.").format(
                number=cluster.node_rank, nodes=nodes, last=nodes - 1
            ),
            _("Give each machine its own from 0: --node-rank, or NODE_RANK."),
        )
    if cluster.master_addr is None:
        raise _missing(
            "cluster.master_addr",
            _("It is not known where machine 0 is."),
            _("Give its address on every machine: --master-addr, or ADDR."),
        )


def _missing(where: str, what: str, fix: str) -> WorkbenchError:
    return WorkbenchError(what, where=where, fix=fix)
