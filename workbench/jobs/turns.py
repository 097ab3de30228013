"""Whose turn it is on which device of this machine: one order for all projects of the user.

Every waiting supervisor runs this, so it takes nothing beside the standard library and `workbench.paths`. The order is a
list of job folders in the user's state folder. What a job wants and holds stands in its own ``job.yaml``; that it lives
is told by a lock on its ``.alive`` file, which the kernel drops with the last of its supervisor and its command.
"""

from __future__ import annotations

import fcntl
import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from typing import Any

from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.jobs.process import start_ticks
from workbench.paths import user_state

ALIVE_FILE = ".alive"
PAUSE_FILE = "pause_requested"
_ORDER_FILE = "order.json"


@dataclass(frozen=True)
class Ticket:
    """A job in the order of the queue, that waits for devices or holds some.

    ``count`` of the devices ``among`` are wanted. ``lives``: its supervisor or its command is there; one that waits and
    does not live was killed, or the machine was restarted, and keeps its place until it is started again.
    """

    job: Path
    among: tuple[str, ...]
    count: int
    holds: tuple[str, ...]
    waits: bool
    is_paused: bool
    lives: bool

    @property
    def is_ready(self) -> bool:
        """Whether it takes devices as soon as it can have them."""
        return self.waits and self.lives and not self.is_paused

    @property
    def is_busy(self) -> bool:
        """Whether it keeps others from its devices."""
        return self.lives and not self.waits


@contextmanager
def queue() -> Iterator[Queue]:
    """The queue, for one process at a time.

    Raises:
        OSError: the user's state folder cannot be written.
    """
    folder = user_state() / "queue" / socket.gethostname()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        yield Queue(folder / _ORDER_FILE)


class Queue:
    """What can be done with the order while it is held."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tickets(self) -> list[Ticket]:
        """Those that wait or hold devices, in order."""
        found = [_ticket(Path(path)) for path in self._order()]
        return [ticket for ticket in found if ticket is not None and (ticket.waits or ticket.lives)]

    def enter(self, job: Path) -> None:
        """Put a job at the end, unless it has a place; jobs that have ended leave."""
        before = self._order()
        order = [str(ticket.job) for ticket in self.tickets()]
        if str(job) not in order:
            order.append(str(job))
        if order != before:
            self.reorder(order)

    def reorder(self, jobs: Sequence[Path | str]) -> None:
        """Replace the order."""
        write_atomic(self._path, json.dumps([str(job) for job in jobs], indent=1, ensure_ascii=False) + "\n")

    def _order(self) -> list[str]:
        try:
            known = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return []
        return [path for path in known if isinstance(path, str)] if isinstance(known, list) else []


def turns(tickets: Sequence[Ticket]) -> dict[Path, tuple[str, ...]]:
    """The jobs whose turn it is, each with the devices that it gets.

    A job that gets fewer devices than it wants takes none, but those are kept for it: no later one overtakes it there.
    """
    taken = {device for ticket in tickets if ticket.is_busy for device in ticket.holds}
    given = {}
    for ticket in tickets:
        if not ticket.is_ready:
            continue
        free = [device for device in ticket.among if device not in taken][: ticket.count]
        taken.update(free)
        if len(free) == ticket.count:
            given[ticket.job] = tuple(free)
    return given


def devices_at_once(wanted: Ticket, others: Sequence[Ticket]) -> tuple[str, ...]:
    """What a job gets that does not wait: free devices before those that others hold."""
    taken = {device for ticket in others if ticket.is_busy and ticket.job != wanted.job for device in ticket.holds}
    by_freedom = sorted(wanted.among, key=lambda device: device in taken)
    chosen = set(by_freedom[: wanted.count])
    return tuple(device for device in wanted.among if device in chosen)


def read_record(job: Path) -> dict[str, Any] | None:
    """``job.yaml`` as it stands; None if it is gone or damaged."""
    try:
        record = json.loads((job / "job.yaml").read_bytes())
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def hold_alive(job: Path) -> BufferedRandom:
    """The open ``.alive`` file of a job that begins to live; it does so until the last copy of it is closed."""
    stream = (job / ALIVE_FILE).open("a+b")
    with suppress(OSError):  # something of an earlier run still holds it, or the file system has no locks
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return stream


def _ticket(job: Path) -> Ticket | None:
    record = read_record(job)
    wish = (record or {}).get("devices")
    if record is None or not isinstance(wish, dict):
        return None
    return Ticket(
        job,
        among=tuple(wish["among"]),
        count=int(wish["count"]),
        holds=tuple(record.get("holds") or ()),
        waits=bool(record.get("waiting")) and not (job / "exit.json").exists(),
        is_paused=(job / PAUSE_FILE).exists(),
        lives=_lives(job, record),
    )


def _lives(job: Path, record: dict[str, Any]) -> bool:
    try:
        with (job / ALIVE_FILE).open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    except OSError:  # a file system without locks: the supervisor itself has to do
        pid = record.get("pid")
        return isinstance(pid, int) and start_ticks(pid) == record.get("start_ticks")
    return False
