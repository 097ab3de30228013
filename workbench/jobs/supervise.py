"""The supervisor of one job: ``python supervise.py JOB_FOLDER -- COMMAND …``. Standard library only (about 10 MB).

It detaches (double fork, own session, so that no terminal, shell or app can take it along), waits for its turn where the
job stands in the queue, runs the command with stdin from nowhere and output into ``log.txt``, and keeps the exit code in
``exit.json``. A command that was ended by a pause goes back into the queue instead. What a killed launcher leaves behind
is ended first, so that nothing of a job that is over still writes into its folder.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

STOPPED_WHILE_WAITING = -signal.SIGTERM
_SECONDS_TO_END = 10.0
PORT = "{port}"
"""In a command, stands for a port that is free at its start, so that two trainings on one machine do not meet."""


def _start_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _write_json(path: Path, value: object) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def sign_record(path: Path, **changes: object) -> None:
    """Put this process's identity into the job's record, and what else is to change."""
    record = json.loads(path.read_text(encoding="utf-8"))
    me = os.getpid()
    record |= {
        "host": socket.gethostname(),
        "pid": me,
        "start_ticks": _start_ticks(me),
        "boot_id": _boot_id(),
        "session": os.getsid(0),
        "started": time.time(),
        **changes,
    }
    _write_json(path, record)


def _detach() -> None:
    """Leave the starter's session for good; its wait for this process ends at once."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)


def run_command(command: list[str], log: BinaryIO, env: dict[str, str] | None = None, kept_open: int = -1) -> int:
    """Run the job's command to its end.

    Args:
        kept_open: a file descriptor that the command inherits.
    """
    if PORT in command:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        command = [port if part == PORT else part for part in command]
    inherited = () if kept_open < 0 else (kept_open,)
    try:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, pass_fds=inherited
        ) as child:
            return child.wait()
    except OSError as error:
        log.write(f"{error}\n".encode())
        return 127


def _end_the_rest() -> None:
    """End what the command has left in this session, politely first."""
    from workbench.jobs.process import members_of_session  # here: only now, as it would lie in memory all the time

    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _SECONDS_TO_END
        told: set[int] = set()
        while (rest := set(members_of_session(os.getsid(0))) - {os.getpid()}) and time.monotonic() < deadline:
            for pid in rest - told:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            told |= rest
            time.sleep(0.05)


def _supervise(folder: Path, command: list[str], log: BinaryIO) -> int:
    record = folder / "job.yaml"
    if json.loads(record.read_text(encoding="utf-8")).get("devices") is None:
        sign_record(record)
        return run_command(command, log)
    from workbench.jobs.device_turn import run_in_turn  # here: the other jobs do without these imports

    return run_in_turn(folder, command, log)


def main() -> None:
    folder, command = Path(sys.argv[1]), sys.argv[3:]
    _detach()
    for name in (signal.SIGHUP, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    # The whole session gets SIGTERM when a job is stopped; the supervisor outlives its child to record the exit code.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with (folder / "log.txt").open("ab", buffering=0) as log:
        code = _supervise(folder, command, log)
    _end_the_rest()
    _write_json(folder / "exit.json", {"returncode": code, "ended": time.time()})


if __name__ == "__main__":
    main()
