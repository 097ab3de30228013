"""The supervisor of a job that wants devices: it waits for its turn, holds them while the command runs, goes back if paused.

The standard library and what `workbench.jobs.turns` takes; about 15 MB while it waits.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from io import SEEK_END, BufferedRandom
from pathlib import Path
from typing import Any, BinaryIO

from workbench.jobs.supervise import STOPPED_WHILE_WAITING, run_command, sign_record
from workbench.jobs.turns import PAUSE_FILE, devices_at_once, hold_alive, queue, read_record, turns

CPU = "cpu"
_STOP_FILE = "stop_requested"
_TAIL_BYTES = 1 << 16
_PLACES_PER_SECOND = 10
"""The further back a job stands, the more rarely it looks whether it is its turn: a second more for so many places."""
_LONGEST_SECONDS = 5


def run_in_turn(job: Path, command: list[str], log: BinaryIO) -> int:
    """Run the command on the devices that the job's record asks for, as often as it is paused and goes on.

    Returns:
        The exit code of the command; `STOPPED_WHILE_WAITING` if it was asked to stop before its turn came.
    """
    with _come_alive(job) as alive:
        while (devices := _devices(job)) is not None:
            code = run_command(command, log, _environment(devices), alive.fileno())
            if code != 0 or not _was_paused(job):
                (job / PAUSE_FILE).unlink(missing_ok=True)
                return code
            command = _go_back(job)
    return STOPPED_WHILE_WAITING


def _come_alive(job: Path) -> BufferedRandom:
    """Take a place in the order and sign the record; a job that does not wait takes its devices in the same moment."""
    try:
        with queue() as order:
            alive = hold_alive(job)
            order.enter(job)
            tickets = order.tickets()
            own = next(ticket for ticket in tickets if ticket.job == job)
            sign_record(job / "job.yaml", holds=[] if own.waits else list(devices_at_once(own, tickets)))
    except OSError:  # the user's folder cannot be written: then nobody waits there either
        alive = hold_alive(job)
        wish = (read_record(job) or {})["devices"]
        sign_record(job / "job.yaml", holds=wish["among"][: wish["count"]])
    return alive


def _devices(job: Path) -> list[str] | None:
    """The devices to run on, once it is the job's turn; None if it is to stop, or its folder has gone."""
    while (record := read_record(job)) is not None and not (job / _STOP_FILE).exists():
        if not record["waiting"]:
            return list(record["holds"])
        seconds = 1
        with suppress(OSError):  # a full disk, say: it looks again
            seconds = _take_turn(job)
        for _second in range(seconds):
            if (job / _STOP_FILE).exists():
                break
            time.sleep(1)
    return None


def _take_turn(job: Path) -> int:
    """Take the devices if it is the job's turn; the seconds after which to look again otherwise."""
    with queue() as order:
        order.enter(job)  # the list may have been removed
        tickets = order.tickets()
        given = turns(tickets).get(job)
        if given is not None:
            sign_record(job / "job.yaml", waiting=False, holds=list(given))
            return 0
    place = [ticket.job for ticket in tickets if ticket.waits].index(job)
    return min(1 + place // _PLACES_PER_SECOND, _LONGEST_SECONDS)


def _environment(devices: Sequence[str]) -> dict[str, str]:
    """The command sees the GPUs that it was given and no other, in the order in which the driver numbers them."""
    if list(devices) == [CPU]:
        return dict(os.environ)
    return os.environ | {"CUDA_VISIBLE_DEVICES": ",".join(devices), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


def _was_paused(job: Path) -> bool:
    """Whether a command that has ended well did so because of a pause, and not because its work was done."""
    return (job / PAUSE_FILE).exists() and bool(_last_end(job).get("stopped"))


def _last_end(job: Path) -> dict[str, Any]:
    """The event with which the command said that it is done; empty if it did not."""
    try:
        with (job / "events.jsonl").open("rb") as stream:
            stream.seek(max(stream.seek(0, SEEK_END) - _TAIL_BYTES, 0))
            lines = stream.read().splitlines()
    except OSError:
        return {}
    for line in reversed(lines):
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict) and event.get("event") == "finished":
                return event
    return {}


def _go_back(job: Path) -> list[str]:
    """Stand in the queue again, with the command that goes on."""
    command: list[str] = (read_record(job) or {})["resume_command"]
    sign_record(job / "job.yaml", waiting=True, holds=[], command=command)
    (job / _STOP_FILE).unlink(missing_ok=True)
    return command
