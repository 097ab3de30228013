"""Running a probe in processes of its own, which an end by want of memory does not take along."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench.configs.files import dump_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import Failed
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.tail import EventTail
from workbench.training.probe import OUT_OF_MEMORY_FILE, memory_file

_SECONDS_BETWEEN = 0.02


@dataclass(frozen=True)
class Probed:
    """What a probe took, in bytes. ``peaks``: of each process; ``before``: of each, before the model was loaded.

    On a GPU they are bytes of tensors there, and ``before`` is 0.
    """

    peaks: tuple[int, ...]
    before: tuple[int, ...]
    seconds: float


def probe(
    config: TrainConfig, command: list[str], folder: Path, *, processes: int = 1, most: int | None = None
) -> Probed | None:
    """Run the first steps of a training; None if it needs more memory than there is.

    Args:
        config: as `probe_config` makes it.
        command: a command line of `workbench.training.probe`; ``{job}`` in an item becomes the probe's folder.
        folder: a new job folder is made of it; what the processes print is in its ``log.txt``.
        processes: how many the command starts.
        most: bytes that they may take together; the probe ends as soon as they have more.

    Raises:
        WorkbenchError: the training fails for another reason.
    """
    job = JobFolder(folder)
    job.config_path.write_text(dump_config(config), encoding="utf-8")
    filled = [part.replace("{job}", str(folder)) for part in command]
    job.write_record(JobRecord(kind="probe", name=folder.name, command=filled, project=str(Path.cwd())))
    began = time.monotonic()
    with job.log_path.open("ab") as log:
        child = psutil.Popen(filled, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            is_within = _wait(child, most)
        finally:
            _end(child)
    seconds = time.monotonic() - began
    if not is_within or (folder / OUT_OF_MEMORY_FILE).exists():
        return None
    files = [memory_file(folder, number) for number in range(processes)]
    if all(file.exists() for file in files):
        taken = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return Probed(tuple(each["peak"] for each in taken), tuple(each["before"] for each in taken), seconds)
    _raise_failure(job, child.returncode)
    return None  # ended from outside, as the system does when memory runs out


def _wait(child: psutil.Popen, most: int | None) -> bool:
    """Wait for the end; False as soon as the processes take more than they may."""
    while child.poll() is None:
        if most is not None and _bytes_of(child) > most:
            return False
        time.sleep(_SECONDS_BETWEEN)
    return True


def _bytes_of(child: psutil.Popen) -> int:
    """Memory of a process and its descendants that no file stands behind."""
    return sum(map(_own_bytes, _with_descendants(child)))


def _with_descendants(child: psutil.Popen) -> list[psutil.Process]:
    try:
        return [child, *child.children(recursive=True)]
    except psutil.Error:
        return []


def _own_bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_info()
    except psutil.Error:
        return 0
    return int(memory.rss - memory.shared)


def _end(child: psutil.Popen) -> None:
    """End what is left of a probe, which has a session of its own."""
    for process in _with_descendants(child):
        try:
            process.kill()
        except psutil.Error:
            continue
    child.wait()


def _raise_failure(job: JobFolder, code: int) -> None:
    failed = next((event for event in EventTail(job.events_path).rest() if isinstance(event, Failed)), None)
    if failed is not None:
        raise WorkbenchError(failed.reason, where=failed.where, fix=failed.hint)
    if code >= 0 and code not in _KILLED:
        raise WorkbenchError(_("The probe ended with code {code}.").format(code=code), where=str(job.log_path))


_KILLED = {128 + 9, 256 - 9}
"""How launchers pass on that a process was killed."""
