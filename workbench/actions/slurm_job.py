"""``python -m workbench.actions.slurm_job JOB``: submits a training to Slurm and follows it to its end.

It runs as the job's process on the machine where the training was started. If it is lost, the training goes on: its
state is then what Slurm says (`workbench.jobs.slurm`).
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from workbench.actions.slurm_script import batch_script
from workbench.configs.files import load_config
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import EventLog, Failed, Finished, Started
from workbench.jobs.folder import JobFolder
from workbench.jobs.slurm import Standing, cancel, end_of, note_reason, slurm_text, standing, submit
from workbench.jobs.state import outcome_of
from workbench.jobs.stop import resume_command, stop_requested

_SECONDS_BETWEEN = 3.0


class _EndedError(Exception):
    """This process was told to end at once."""


def main(arguments: list[str] | None = None) -> int:
    """The exit code is 0 if the training finished or was stopped on request."""
    parser = argparse.ArgumentParser(prog="python -m workbench.actions.slurm_job")
    parser.add_argument("job", type=Path)
    parser.add_argument("--resume")
    chosen = parser.parse_args(arguments)
    job = JobFolder(chosen.job)
    signal.signal(signal.SIGTERM, _end)
    try:
        number = _submitted(job, chosen.resume)
        EventLog(job.path).write(Started(facts=[_("Submitted: {job}.").format(job=slurm_text(job.path))]))
    except WorkbenchError as error:
        EventLog(job.path).write(Failed(reason=error.what, where=error.where, hint=error.fix))
        return 1
    try:
        return _followed(job, number)
    except _EndedError:
        cancel(number)
        return 128 + signal.SIGTERM


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _EndedError


def _submitted(job: JobFolder, resume: str | None) -> str:
    record = job.record
    text = batch_script(
        load_config(job.config_path), name=record.name, job=job.path, project=Path(record.project), resume=resume
    )
    script = job.path / "sbatch.sh"
    script.write_text(text, encoding="utf-8")
    return submit(script)


def _followed(job: JobFolder, number: str) -> int:
    """Tell why it waits, and how it ended."""
    told: Standing | None = None
    while (now := _looked(number, told)) is not None:
        if now != told:
            note_reason(job.path, (now.reason or now.state) if now.waits else "")
            _wait(job, waits=now.waits)
        told = now
        time.sleep(_SECONDS_BETWEEN)
    note_reason(job.path, "")
    _wait(job, waits=False)
    return _ended(job, number)


def _looked(number: str, known: Standing | None) -> Standing | None:
    """Where it stands; as before while Slurm does not answer."""
    try:
        return standing(number)
    except WorkbenchError as error:
        print(error, file=sys.stderr)  # noqa: T201 - stderr is the job's log
        return known or Standing("UNKNOWN")


def _wait(job: JobFolder, *, waits: bool) -> None:
    record = job.record
    if record.waiting != waits:
        job.write_record(record.model_copy(update={"waiting": waits}))


def _ended(job: JobFolder, number: str) -> int:
    outcome = outcome_of(job)
    if outcome is None and stop_requested(job.path):  # before it began
        outcome = Finished(stopped=True)
        EventLog(job.path).write(outcome)
    if isinstance(outcome, Finished):
        return 0
    if outcome is None:
        EventLog(job.path).write(_failure(job, number))
    return 1


def _failure(job: JobFolder, number: str) -> Failed:
    word = end_of(number)
    reason = (
        _("Slurm ended its job {number}: {word}.").format(number=number, word=word)
        if word
        else _("Slurm's job {number} has left the queue, and the training has not said why.").format(number=number)
    )
    hint = _(
        "log.txt has what it said last; 'scontrol show job {number}' or 'sacct -j {number}' tells what Slurm knows. Go on with: "
        "{command}"
    ).format(number=number, command=resume_command(job))
    return Failed(reason=reason, where=str(job.log_path), hint=hint)


if __name__ == "__main__":
    sys.exit(main())
