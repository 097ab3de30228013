"""Who a process is, so that a recycled pid is never mistaken for it; and who else is in its session."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

_DEAD = {"Z", "X"}
_STOPPED = {"T", "t"}


@dataclass(frozen=True)
class ProcessIdentity:
    """A pid alone names a different process after it was recycled or after a reboot; these four do not.

    ``start_ticks``: start time in clock ticks since boot (field 22 of ``/proc/PID/stat``).
    """

    host: str
    pid: int
    start_ticks: int
    boot_id: str

    def is_alive(self) -> bool:
        """Whether this very process runs now. Always False on another host (see `is_elsewhere`)."""
        if self.is_elsewhere() or self.boot_id != boot_id():
            return False
        return start_ticks(self.pid) == self.start_ticks

    def is_elsewhere(self) -> bool:
        """Whether the process belongs to another machine, where it cannot be looked at from here."""
        return self.host != socket.gethostname()


def identify(pid: int) -> ProcessIdentity | None:
    """The identity of a living process; None if there is none with this pid."""
    ticks = start_ticks(pid)
    return None if ticks is None else ProcessIdentity(socket.gethostname(), pid, ticks, boot_id())


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None if it is gone or a zombie."""
    fields = _stat(pid)
    return None if fields is None or fields[0] in _DEAD else int(fields[19])


def session_of(pid: int) -> int | None:
    """The session a process belongs to; None if the process is gone."""
    fields = _stat(pid)
    return None if fields is None else int(fields[3])


def parent_of(pid: int) -> int | None:
    """The process that started a process, or took it over; None if the process is gone."""
    fields = _stat(pid)
    return None if fields is None else int(fields[1])


def children_of(pid: int) -> list[int]:
    """The pids of the processes that a process has started, also of those that have left its session."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [child for child in pids if parent_of(child) == pid]


def is_stopped(pid: int) -> bool:
    """Whether a signal has stopped a process, so that it does nothing until another one lets it go on."""
    fields = _stat(pid)
    return fields is not None and fields[0] in _STOPPED


def members_of_session(session: int) -> list[int]:
    """The pids of all living processes of a session, whatever process group they are in."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if session_of(pid) == session and start_ticks(pid) is not None]


def environment_of(pid: int) -> list[bytes]:
    """The environment a process was started with, as ``NAME=value``; empty if it is gone or another user's."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _stat(pid: int) -> list[str] | None:
    """The fields of ``/proc/PID/stat`` behind the command name, which may itself hold spaces and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None


def boot_id() -> str:
    """An id that is new after every boot of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil  # here, as its import costs a tenth of the time to the app's first paint

        return str(psutil.boot_time())
