"""What is told of a training that stands still: a warning, and the Python stack of every rank in the log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workbench.i18n import _
from workbench.jobs.events import EventLog, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.process import environment_of, is_stopped, parent_of, start_ticks
from workbench.jobs.stop import resume_command
from workbench.text import printable
from workbench.training.guarded import GUARDED_VARIABLE
from workbench.training.notice_board import STANDSTILL, pin, pinned
from workbench.training.ranks_environment import has_folder_of_its_own, on_several_machines, rank

_SECONDS_FOR_A_DUMP = 30
_SECONDS_FOR_OTHERS = 40.0
"""How long the first machine waits for the others, whose alarms sound about when its own does, and that dump too."""


def tell_standstill(job_path: Path, silence: float, longest: float) -> None:
    """Dump the stacks of the ranks on this machine into the job's log, and warn: once in each job.

    That of the first machine names the ranks of all machines, as far as these can still tell.

    Args:
        silence: seconds since the last event.
        longest: seconds between two events before, at most.
    """
    job = JobFolder(job_path)
    doing = {number: _dump(job, number, pid) for number, pid in sorted(rank_pids(job_path).items())}
    ranks = "; ".join(_("rank {rank}: {where}").format(rank=number, where=where) for number, where in doing.items())
    if rank() != 0:
        pin(STANDSTILL, ranks)
        if not has_folder_of_its_own():
            return
    elif on_several_machines():
        told = pinned(STANDSTILL, seconds=_SECONDS_FOR_OTHERS)
        ranks = "; ".join([ranks, *(told or [_("the other machines have not said where their ranks are")])])
    message = _("No step for {silence:.0f} s; until now one came at least every {longest:.0f} s. {ranks}")
    fix = _(
        "log.txt has what every rank does. If it does not go on: 'workbench cancel {job} --now', then {command}"
    ).format(job=job.id, command=resume_command(job))
    said = message.format(silence=silence, longest=max(longest, 1.0), ranks=ranks)
    EventLog(job_path).write(Warned(message=said, where=str(job.log_path), fix=fix))


def rank_pids(job_path: Path) -> dict[int, int]:
    """The processes on this machine that train, by their rank; without the workers that they have forked."""
    mark = f"{GUARDED_VARIABLE}={job_path.resolve()}".encode()
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    marked = {pid: environment for pid in pids if mark in (environment := environment_of(pid))}
    found = {}
    for pid, environment in marked.items():
        if parent_of(pid) not in marked:
            number = next((item[5:] for item in environment if item.startswith(b"RANK=")), b"0")
            found[int(number)] = pid
    return found


def _dump(job: JobFolder, number: int, pid: int) -> str:
    """Write the stacks of a process into the log; where its main thread is, in a few words."""
    if start_ticks(pid) is None:
        return _("ended")
    if is_stopped(pid):
        return _("stopped by a signal (SIGSTOP); 'kill -CONT {pid}' lets it go on").format(pid=pid)
    command = [str(Path(sys.executable).with_name("py-spy")), "dump", "--pid", str(pid)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS_FOR_A_DUMP, check=False)
        output = done.stdout or done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        output = str(error)
    with job.log_path.open("a", encoding="utf-8") as log:
        log.write(f"--- rank {number}, process {pid}\n{output}\n")
    return _innermost(output)


def _innermost(output: str) -> str:
    """The innermost line of the main thread in a dump of py-spy; the first line if it holds none."""
    lines = output.splitlines()
    for place, line in enumerate(lines[:-1]):
        if line.startswith("Thread") and "MainThread" in line:
            return printable(lines[place + 1].strip())
    return printable(next((line.strip() for line in lines if line.strip()), _("unknown")))
