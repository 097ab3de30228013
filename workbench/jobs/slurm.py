"""What Slurm says of a job that was submitted to it: asked of its own tools. Its number and why it waits are kept.

Formats: https://slurm.schedmd.com/squeue.html and sacct.html.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _

SLURM_FILE = "slurm.json"
_SECONDS = 30
_SECONDS_REMEMBERED = 10.0
_WAITING = {"PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT", "SUSPENDED"}
_remembered: dict[str, tuple[float, Standing | None]] = {}


@dataclass(frozen=True)
class Standing:
    """Where a job stands. ``state`` in Slurm's word, ``reason``: why it waits."""

    state: str
    reason: str = ""

    @property
    def waits(self) -> bool:
        return self.state in _WAITING


def slurm_id(job_path: Path) -> str | None:
    """The number that Slurm gave to the job in a folder; None if it was not submitted."""
    return _noted(job_path).get("id")


def slurm_text(job_path: Path) -> str:
    """The same for people, with why it waits if it does; empty if it was not submitted."""
    noted = _noted(job_path)
    if noted.get("reason"):
        return _("{reason} (Slurm job {number})").format(number=noted["id"], reason=noted["reason"])
    return _("Slurm job {number}").format(number=noted["id"]) if noted else ""


def note_reason(job_path: Path, reason: str) -> None:
    """Keep why a job waits, for those who list it; empty if it does not."""
    _note(job_path, {**_noted(job_path), "reason": reason})


def require_sbatch() -> None:
    """Look whether anything can be submitted from here.

    Raises:
        WorkbenchError: Slurm is not there.
    """
    if shutil.which("sbatch") is None:
        raise _not_there("sbatch")


def submit(script: Path) -> str:
    """Submit a script; the number that Slurm gives it, which is kept beside the script.

    Raises:
        WorkbenchError: Slurm is not there, refuses the script, or gives no number; its own words are told.
    """
    said = _asked("sbatch", "--parsable", str(script))
    number = said.strip().split(";")[0]  # "1234;cluster" where there are several clusters
    if not number.isdecimal():
        raise WorkbenchError(
            _("sbatch has not answered with the number of a job: {said}").format(said=said.strip()),
            fix=_("'sbatch --parsable' must print nothing else; squeue shows whether the job was taken."),
        )
    _note(script.parent, {"id": number, "reason": ""})
    return number


def standing(number: str) -> Standing | None:
    """Where a job stands in the queue or at work; None if it has left both.

    Raises:
        WorkbenchError: Slurm does not answer.
    """
    try:
        said = _asked("squeue", "--noheader", "--jobs", number, "--format", "%T|%r").strip()
    except WorkbenchError as error:
        if "invalid job id" in error.what.lower():
            return None
        raise
    if not said:
        return None
    state, _bar, reason = said.splitlines()[0].partition("|")
    return Standing(state, reason)


def standing_of(job_path: Path) -> Standing | None:
    """The same for a job's folder, at most every 10 seconds; None also where Slurm does not answer."""
    number = slurm_id(job_path)
    if number is None:
        return None
    asked, known = _remembered.get(number, (float("-inf"), None))
    if time.monotonic() - asked > _SECONDS_REMEMBERED:
        try:
            known = standing(number)
        except WorkbenchError:
            known = None
        _remembered[number] = (time.monotonic(), known)
    return known


def end_of(number: str) -> str | None:
    """Slurm's word for how a job ended (COMPLETED, TIMEOUT, NODE_FAIL …); None if it keeps no accounts."""
    try:
        said = _asked("sacct", "--noheader", "--allocations", "--parsable2", "--jobs", number, "--format", "State")
    except WorkbenchError:
        return None
    return said.split()[0] if said.split() else None


def cancel(number: str) -> None:
    """Take a job from the queue, or end it on all its machines.

    Raises:
        WorkbenchError: Slurm does not answer.
    """
    _asked("scancel", number)


def _noted(job_path: Path) -> dict[str, str]:
    try:
        noted = json.loads((job_path / SLURM_FILE).read_bytes())
        return {"id": str(noted["id"]), "reason": str(noted.get("reason", ""))}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _note(job_path: Path, noted: dict[str, str]) -> None:
    write_atomic(job_path / SLURM_FILE, json.dumps(noted) + "\n")


def _asked(*command: str) -> str:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=_SECONDS
        )
    except FileNotFoundError as error:
        raise _not_there(command[0]) from error
    except subprocess.TimeoutExpired as error:
        raise WorkbenchError(_("Slurm does not answer: {tool}").format(tool=command[0])) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise WorkbenchError(_("{tool} refuses: {reason}").format(tool=command[0], reason=said[:500]))
    return done.stdout


def _not_there(tool: str) -> WorkbenchError:
    return WorkbenchError(
        _("{tool} is not there: this machine belongs to no Slurm cluster.").format(tool=tool),
        where="cluster.launcher",
        fix=_("Start it on a login node of the cluster, or with launcher: torchrun."),
    )
