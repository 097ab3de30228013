"""What the machines of a training tell each other when it goes wrong, through the store by which their ranks have met.

Torch's launcher, or rank 0, keeps the store on the first machine (https://docs.pytorch.org/docs/stable/distributed.html,
``TCPStore``) at ``MASTER_ADDR:MASTER_PORT``. Who asks may be a guard, which stays light, so torch is loaded in a process
of its own. That the store is gone with its machine only means that nothing is told.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

from workbench.i18n import _
from workbench.training.ranks_environment import group_rank, local_world_size, world_size

STANDSTILL, ENDED = "workbench/standstill", "workbench/ended"
_SECONDS_TO_REACH, _SECONDS_TO_LOAD = 10.0, 60.0
_SECONDS_BETWEEN = 0.2


def pin(board: str, text: str) -> None:
    """Tell the first machine something, under this machine's name."""
    _ask(board, json.dumps(f"{_this_machine()}: {text}"))


def pinned(board: str, *, seconds: float, count: int | None = None) -> list[str]:
    """What the other machines have told, once; waits up to so many seconds for ``count`` of them, else for all."""
    expected = max(world_size() // local_world_size() - 1, 1) if count is None else count
    said = _ask(board, str(expected), str(seconds), wait=seconds)
    return [str(json.loads(line)) for line in said.splitlines()]


def _this_machine() -> str:
    host, number = socket.gethostname(), group_rank()
    return host if number is None else _("machine {number} ({host})").format(number=number, host=host)


def _ask(*arguments: str, wait: float = 0.0) -> str:
    command = [sys.executable, "-P", "-m", "workbench.training.notice_board", *arguments]
    limit = _SECONDS_TO_LOAD + _SECONDS_TO_REACH + wait
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"the other machines could not be asked or told: {error}", file=sys.stderr)  # noqa: T201
        return ""
    if done.returncode:
        print(f"the other machines could not be asked or told: {done.stderr[-500:]}", file=sys.stderr)  # noqa: T201
        return ""
    return done.stdout


def main(board: str, *arguments: str) -> int:
    """Append a text to the board, or print what is on it and clear it; the exit code."""
    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    from torch.distributed import TCPStore  # type: ignore[attr-defined]  # torch's stubs miss it

    store: Any = TCPStore(
        address,
        port,
        is_master=False,
        wait_for_workers=False,
        timeout=timedelta(seconds=_SECONDS_TO_REACH),
    )
    if len(arguments) == 1:
        store.append(board, arguments[0] + "\n")
        return 0
    expected, deadline = int(arguments[0]), time.monotonic() + float(arguments[1])
    told: list[str] = []
    while len(told) < expected and time.monotonic() < deadline:
        time.sleep(_SECONDS_BETWEEN)
        told = store.get(board).decode().splitlines() if store.check([board]) else []
    store.delete_key(board)
    for text in told:
        print(text)  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
