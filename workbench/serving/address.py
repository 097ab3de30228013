"""Where a server listens: who reaches it, whether the place is free, and the way there over SSH."""

from __future__ import annotations

import errno
import getpass
import ipaddress
import os
import socket
from collections.abc import Mapping

from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _

LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = frozenset({"localhost", LOOPBACK, "::1"})
"""What a browser on this machine, or at the other end of a tunnel, calls it."""
_ANY = {"0.0.0.0", "::", ""}
_HIGHEST_PORT = 65535


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that is bound and listens. ``port`` 0 takes a free one.

    Raises:
        WorkbenchError: the port is taken, may not be used, or the address is none of this machine.
    """
    if not 0 <= port <= _HIGHEST_PORT:
        raise WorkbenchError(_("There is no port {port}.").format(port=port), where="--port", fix=_("Take 1 to 65535."))
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise _not_there(host, port, error) from error


def settled_port(host: str, port: int) -> int:
    """The port itself if it is free, or a free one for 0.

    Raises:
        WorkbenchError: as `listening_socket`.
    """
    with listening_socket(host, port) as found:
        return int(found.getsockname()[1])


def url_of(host: str, port: int) -> str:
    """The address to open; of a server that listens everywhere, by the machine's name."""
    name = socket.gethostname() if host in _ANY else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def tunnel_command(port: int, host: str = LOOPBACK, environment: Mapping[str, str] = os.environ) -> str:
    """What to type on the other machine so that the port is reached there as a local one.

    Args:
        host: one of this machine's own addresses, at which the port is.
    """
    connection = environment.get("SSH_CONNECTION", "").split()
    machine = connection[2] if len(connection) == 4 else socket.gethostname()
    place = f"[{host}]" if ":" in host else host
    return f"ssh -N -L {port}:{place}:{port} {getpass.getuser()}@{machine}"


def in_the_clear(port: int) -> str:
    """What to know before others than this machine use a server: how to reach it so that nobody listens."""
    said = _("Everything travels unencrypted. Where others may listen, stay on 127.0.0.1 and take a tunnel there:")
    return f"{said}\n  {tunnel_command(port)}"


def _not_there(host: str, port: int, error: OSError) -> WorkbenchError:
    place = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return WorkbenchError(
            _("Port {port} is taken already.").format(port=port),
            where=place,
            fix=_("Take another one: --port {port}").format(port=settled_port(LOOPBACK, 0)),
        )
    if error.errno == errno.EACCES:
        what = _("You may not listen on port {port}.").format(port=port)
        return WorkbenchError(what, where=place, fix=_("Take one above 1023."))
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return WorkbenchError(
            _("{host} is no address of this machine.").format(host=host),
            where="--host",
            fix=_("Take {host}, or 0.0.0.0 for all of its addresses.").format(host=LOOPBACK),
        )
    return WorkbenchError(
        _("The server cannot listen there: {reason}").format(reason=system_reason(error)), where=place
    )
