"""Follow a job from the terminal: print its events as they come, until it ends or the user has seen enough."""

from __future__ import annotations

import shlex
import signal
import time
from functools import partial
from pathlib import Path

import typer

from workbench.i18n import _
from workbench.jobs.event_text import EventText
from workbench.jobs.events import Event, Failed
from workbench.jobs.folder import JobFolder
from workbench.jobs.queue import queue_row
from workbench.jobs.refusal import was_refused
from workbench.jobs.slurm import slurm_text
from workbench.jobs.state import JobState, exit_code, exit_status, outcome_of, state_of
from workbench.jobs.tail import EventTail, last_log_lines
from workbench.text import printable
from workbench.training.checkpoint_folders import resume_hint

_POLL_SECONDS = 0.3
_TAIL_BYTES = 16 * 1024
_LOG_LINES = 15
_KILLED = {-signal.SIGKILL, 128 + signal.SIGKILL, 256 - signal.SIGKILL}
"""SIGKILL's exit code as Python, a shell, and a launcher that hands on a negative one give it."""


def follow(job: JobFolder, *, since: float = 0.0, only_recent: bool = False, to_stderr: bool = False) -> int:
    """Print a job's events until it ends. Ctrl-C leaves the job running.

    Args:
        since: skip events older than this (seconds since the epoch), such as those of the run that is resumed.
        only_recent: begin with the last few events instead of the first.
        to_stderr: keep standard output free for a result.

    Returns:
        The exit code to leave with: 0 if the job finished, was stopped on request or goes on, otherwise its own.
    """
    show = partial(typer.echo, err=to_stderr)
    tail = EventTail(job.events_path)
    if only_recent:
        tail.offset = _recent_offset(job.events_path)
    text, place = EventText(), ""
    try:
        while True:
            state = state_of(job)  # asked before the events are read: none written before the end is missed
            events = tail.poll()
            for line in _lines(text, events, since):
                show(line)
            if state.is_queued and (line := _place(job, state)) != place:
                place = line
                show(line)
            if not events and state.is_over:
                return _close(job, state, show)
            if not events:
                time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        show("\n" + _("The job goes on without this terminal."))
        show(watch_and_stop(job.id))
        return 0


def _place(job: JobFolder, state: JobState) -> str:
    """Where in the queue a job stands, or why Slurm lets it wait; asked as often as the events are."""
    row = queue_row(job)
    place = row.place_text if row else slurm_text(job.path)
    return f"{_(state.word)}: {printable(place)}" if place else _(state.word)


def watch_and_stop(job_id: str) -> str:
    """The two commands for a job that goes on by itself."""
    text = _("  watch it again: workbench attach {job}\n  stop it:        workbench cancel {job}")
    return text.format(job=shlex.quote(job_id))


def _recent_offset(path: Path) -> int:
    try:
        return max(path.stat().st_size - _TAIL_BYTES, 0)
    except OSError:
        return 0


def _lines(text: EventText, events: list[Event], since: float) -> list[str]:
    return [line for event in events if event.time >= since for line in text.lines(event)]


def _how_it_ended(code: int | None) -> str:
    if code in _KILLED:
        return _("A process of the job was killed, perhaps because memory ran out. The end of the log:")
    if code == 0:
        return _("The job's processes ended before its work was done. The end of its log:")
    return _("The job failed with exit code {code}. The end of its log:").format(code=code)


def _way_on(job: JobFolder) -> str:
    """What to do with a training that was killed."""
    if job.record.waiting:
        return _("Put it back into its place: workbench unpause {job}").format(job=job.id)
    return resume_hint(job)


def _close(job: JobFolder, state: JobState, show: partial[None]) -> int:
    """Say how the job ended, where its events have not."""
    if state is JobState.LOST:
        show(_("The job's process has gone without an exit code: it was killed, or the machine was restarted."))
        show(_("  → its folder is {path}").format(path=job.path))
        if job.record.kind == "train":
            show("  → " + _way_on(job))
    if state is JobState.FAILED:
        if not isinstance(outcome_of(job), Failed):
            show(_how_it_ended(exit_code(job)))
            for line in last_log_lines(job.log_path, _LOG_LINES):
                show("  " + printable(line))
        if not was_refused(job):
            show(_("  full log: {path}").format(path=job.log_path))
    return exit_status(job)
