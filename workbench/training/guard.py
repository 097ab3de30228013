"""The parent of one rank: it sees how the rank ends, also where that one cannot tell it itself, and whether it stands still.

A launcher knows the exit code of the process that it started, but not what it means, and tells nobody; the other ranks
notice only that somebody is gone. The guard names the rank and the signal in a ``failed`` event, and then ends in the
same way, so that launchers act as ever. A launcher that is killed itself tells nobody either, and DeepSpeed's then ends
as if all were well: its ranks end with it, and the first guard tells why. About 12 MB; whatever is heavier is imported
when there is something to tell.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from workbench.training.guarded import GUARDED_VARIABLE, end_with_parent
from workbench.training.ranks_environment import local_rank, rank
from workbench.training.rollback import GOES_BACK, arguments_after
from workbench.training.watchdog import Watchdog

_SECONDS_BETWEEN_LOOKS = 2.0
_VMSTAT = Path("/proc/vmstat")


def guard(job: Path, arguments: list[str]) -> int:
    """Run the rank to its end; its exit code. Ends by the signal by which it was ended, if it was.

    Args:
        arguments: of `workbench.training.rank_process`.
    """
    ended_for_memory = _ended_for_memory()
    told_to_end, launcher = False, os.getppid() if "LOCAL_RANK" in os.environ else None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        nonlocal told_to_end
        told_to_end = True
        child.send_signal(number)

    if launcher is not None:
        end_with_parent(signal.SIGTERM)
    watchdog = _watchdog(job)
    child = _start(job, arguments)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, pass_on)
    code = _wait(child, watchdog)
    if code == GOES_BACK and (again := arguments_after(job, arguments)) is not None:
        child = _start(job, again, starts=2)
        code = _wait(child, watchdog)
    if code >= 0:
        return code
    memory_ran_out = _ended_for_memory() > ended_for_memory
    if launcher is not None and os.getppid() != launcher:
        _tell_launcher(job, launcher, memory_ran_out=memory_ran_out)
    elif not told_to_end:
        _tell(job, -code, child.pid, memory_ran_out=memory_ran_out)
    _end_by(-code)
    return 128 - code


def _watchdog(job: Path) -> Watchdog | None:
    """One for each machine."""
    return Watchdog(job) if local_rank() == 0 else None


def _start(job: Path, arguments: list[str], starts: int = 1) -> subprocess.Popen[bytes]:
    """Start the process of the rank; torch tells by ``TORCHELASTIC_RESTART_COUNT`` that ranks meet once more."""
    command = [sys.executable, "-P", "-m", "workbench.training.rank_process", *arguments]
    environment = os.environ | {GUARDED_VARIABLE: str(job.resolve())}
    if starts > 1:
        before = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
        environment["TORCHELASTIC_RESTART_COUNT"] = str(before + starts - 1)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)


def _wait(child: subprocess.Popen[bytes], watchdog: Watchdog | None) -> int:
    if watchdog is None:
        return child.wait()
    while True:
        try:
            return child.wait(_SECONDS_BETWEEN_LOOKS)
        except subprocess.TimeoutExpired:
            watchdog.look()


def _tell(job: Path, number: int, pid: int, *, memory_ran_out: bool) -> None:
    from workbench.training.deaths import tell_death

    tell_death(job, rank(), pid, number, memory_ran_out=memory_ran_out)


def _tell_launcher(job: Path, pid: int, *, memory_ran_out: bool) -> None:
    if local_rank() != 0:
        return
    from workbench.training.deaths import tell_death_of_launcher

    tell_death_of_launcher(job, pid, memory_ran_out=memory_ran_out)


def _ended_for_memory() -> int:
    """How many processes this machine has ended since it was started because memory ran out; 0 if it does not say."""
    try:
        lines = _VMSTAT.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _end_by(number: int) -> None:
    """End as the rank did, without leaving a core file of the guard."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
