"""Two machines made of network namespaces on this one: a cable between them, and a disk that each has for itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ADDRESSES = ("10.87.0.1", "10.87.0.2")


@dataclass(frozen=True)
class Machine:
    """One of them. ``disk``: a folder that the other one does not see."""

    number: int
    namespace: str
    cable: str
    disk: Path
    hidden: Path

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Run ``workbench`` there, in its own disk."""
        hide_then_run = f'mount -t tmpfs none "{self.hidden}" && exec "$@"'
        workbench = [sys.executable, "-P", "-m", "workbench", *arguments]
        return subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, "sh", "-c", hide_then_run, "sh", *workbench],
            cwd=self.disk,
            env=os.environ
            | {f"WORKBENCH_{kind}_DIR": str(self.disk / kind.lower()) for kind in ("CACHE", "CONFIG", "STATE")}
            | {"GLOO_SOCKET_IFNAME": self.cable, "OMP_NUM_THREADS": "1", "WORKBENCH_LANG": "en"}
            | {"NNODES": "2", "NODE_RANK": str(self.number), "ADDR": _ADDRESSES[0], "PORT": "29517"}
            | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@contextmanager
def two_machines(folder: Path) -> Iterator[tuple[Machine, Machine]]:
    """Make them, and remove them with all that runs there.

    Raises:
        OSError: there is no ``ip``.
        subprocess.CalledProcessError: the kernel or the rights of this user do not allow it.
    """
    names, cables = (
        [f"wb{os.getpid()}_{number}" for number in (0, 1)],
        [f"wb{os.getpid()}v{number}" for number in (0, 1)],
    )
    disks = [folder / f"disk_{number}" for number in (0, 1)]
    for disk in disks:
        disk.mkdir()
    try:
        for name in names:
            _ip("netns", "add", name)
        _ip(
            "link",
            "add",
            "name",
            cables[0],
            "netns",
            names[0],
            "type",
            "veth",
            "peer",
            "name",
            cables[1],
            "netns",
            names[1],
        )
        for name, cable, address in zip(names, cables, _ADDRESSES, strict=True):
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", cable)
            for device in ("lo", cable):
                _ip("-n", name, "link", "set", device, "up")
        yield (
            Machine(0, names[0], cables[0], disks[0], hidden=disks[1]),
            Machine(1, names[1], cables[1], disks[1], hidden=disks[0]),
        )
    finally:
        for name in names:
            for pid in _running_in(name):
                os.kill(pid, signal.SIGKILL)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _running_in(namespace: str) -> list[int]:
    said = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True)
    return [int(pid) for pid in said.stdout.split()]
