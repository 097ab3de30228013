"""What a job is doing: derived from its events, its exit code and its process; stored nowhere."""

from __future__ import annotations

import json
import signal
import time
from enum import StrEnum

from workbench.i18n import N_
from workbench.jobs.events import Failed, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.session import has_orphans
from workbench.jobs.slurm import standing_of
from workbench.jobs.tail import last_event


class JobState(StrEnum):
    """A job's state in one word."""

    WAITING = "waiting"
    PAUSED = "paused"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"
    ELSEWHERE = "elsewhere"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come from the job by itself."""
        return self in {JobState.FINISHED, JobState.STOPPED, JobState.FAILED, JobState.LOST}

    @property
    def is_queued(self) -> bool:
        """Whether it has a place in the queue and no device."""
        return self in {JobState.WAITING, JobState.PAUSED}

    @property
    def symbol(self) -> str:
        """One character beside the word, so that colour is never the only sign."""
        return _SYMBOLS[self]

    @property
    def word(self) -> str:
        """The message id of the word shown to users."""
        return _WORDS[self]


_SYMBOLS = {
    JobState.WAITING: "◌",
    JobState.PAUSED: "‖",
    JobState.RUNNING: "▶",
    JobState.STOPPING: "◍",
    JobState.FINISHED: "✓",
    JobState.STOPPED: "■",
    JobState.FAILED: "✗",
    JobState.LOST: "?",
    JobState.ELSEWHERE: "⇄",
}
_WORDS = {
    JobState.WAITING: N_("waiting"),
    JobState.PAUSED: N_("paused"),
    JobState.RUNNING: N_("running"),
    JobState.STOPPING: N_("stopping"),
    JobState.FINISHED: N_("finished"),
    JobState.STOPPED: N_("stopped"),
    JobState.FAILED: N_("failed"),
    JobState.LOST: N_("lost"),
    JobState.ELSEWHERE: N_("on another host"),
}


def state_of(job: JobFolder) -> JobState:
    """The state now.

    A job whose process has gone without an exit code was killed or the machine was restarted: it is lost, and can be
    resumed from its last checkpoint, or put back into the queue. If only its supervisor was killed, the job itself
    still runs. A job that ended with 0 has finished only if it said so: launchers hand on 0 where one of their own
    processes was killed.
    """
    if exit_code(job) is None:
        record = job.record
        identity = record.identity
        at_work = JobState.RUNNING
        if record.waiting:
            at_work = JobState.PAUSED if job.pause_path.exists() else JobState.WAITING
        if identity is None:
            return at_work if _just_created(job) else JobState.LOST
        if identity.is_elsewhere():
            return _under_slurm(job) or JobState.ELSEWHERE
        if identity.is_alive() or has_orphans(job):
            return JobState.STOPPING if job.stop_path.exists() else at_work
    code = exit_code(job)  # again: it may have been noted between the two looks
    outcome = outcome_of(job)
    if code is None and outcome is None:
        return _under_slurm(job) or JobState.LOST
    if not code and isinstance(outcome, Finished):
        return JobState.STOPPED if outcome.stopped else JobState.FINISHED
    return JobState.STOPPED if job.stop_path.exists() and not isinstance(outcome, Failed) else JobState.FAILED


def _under_slurm(job: JobFolder) -> JobState | None:
    """What Slurm says of a job that was submitted to it and is not followed from here; None if it does not know it."""
    standing = standing_of(job.path)
    if standing is None:
        return None
    if standing.waits:
        return JobState.WAITING
    return JobState.STOPPING if job.stop_path.exists() else JobState.RUNNING


def outcome_of(job: JobFolder) -> Finished | Failed | None:
    """How the work ended in its own words; None if it has not, or left none. A resumed job's earlier end is past.

    Raises:
        WorkbenchError: the job's record is missing or damaged.
    """
    last = last_event(job.events_path, (Finished, Failed))
    if not isinstance(last, Finished | Failed) or last.time < job.record.started:
        return None
    return last


def exit_code(job: JobFolder) -> int | None:
    """The command's exit code; negative is a signal, None if it has not ended (or nobody could note it)."""
    code = _noted_end(job, "returncode")
    return None if code is None else int(code)


def exit_status(job: JobFolder) -> int:
    """What a command leaves with that has followed a job to its end: 0 unless it failed or is lost, never more than 255.

    A signal counts 128 more than its number, as in a shell. Launchers hand it on as a negative number in 8 bits: 247 for
    SIGKILL.
    """
    state, code = state_of(job), exit_code(job)
    if state not in {JobState.FAILED, JobState.LOST}:
        return 0
    if not code:
        return 1
    if code < 0:
        return 128 - code
    return 384 - code if 256 - signal.NSIG < code < 255 else code  # 255 is what ssh says


def ended_at(job: JobFolder) -> float | None:
    """When the command ended, in seconds since the epoch; None if it has not, or nobody could note it."""
    return _noted_end(job, "ended")


def _noted_end(job: JobFolder, name: str) -> float | None:
    try:
        return float(json.loads(job.exit_path.read_bytes())[name])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _just_created(job: JobFolder) -> bool:
    """Whether the supervisor may still be on its way."""
    try:
        return time.time() - job.path.stat().st_ctime < 10
    except OSError:
        return False
