"""Whether the processes of several machines can meet where the config says, as far as this machine can see."""

from __future__ import annotations

import socket

from workbench.configs.cluster_settings import ClusterSettings
from workbench.errors import WorkbenchError
from workbench.i18n import _


def require_meeting_point(cluster: ClusterSettings) -> None:
    """Look whether the port is free on machine 0, and from another one whether its address is known.

    Args:
        cluster: settled (`workbench.configs.cluster_environment`); without a port there is nothing to look at.

    Raises:
        WorkbenchError: the port is taken, or the address is not known.
    """
    if cluster.master_port is None:
        return
    if cluster.is_first_machine:
        _require_free(cluster.master_port)
    elif cluster.master_addr is not None:
        _require_known(cluster.master_addr, cluster.master_port)


def _require_free(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("", port))
        except OSError as error:
            raise WorkbenchError(
                _("Port {port} is taken on this machine.").format(port=port),
                where="cluster.master_port",
                fix=_("Name another one, the same on all machines."),
            ) from error


def _require_known(address: str, port: int) -> None:
    try:
        socket.getaddrinfo(address, port)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise WorkbenchError(
            _("The address of machine 0 is not known here: {address} ({error}).").format(address=address, error=why),
            where="cluster.master_addr",
            fix=_("Give the name or number by which this machine reaches it: --master-addr, or ADDR."),
        ) from error
