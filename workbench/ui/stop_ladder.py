"""Stopping a job, rung by rung, as the app shows it. No Textual here."""

from __future__ import annotations

from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.process import members_of_session, session_of
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import StopProof, request_stop, stop_now


class StopLadder:
    """What was done to stop one job, and the proof of what is left.

    The session is noted while the job lives: afterwards nothing else tells whose processes were its own.
    """

    def __init__(self, job: JobFolder) -> None:
        self.job = job
        identity = job.record.identity
        self._session = session_of(identity.pid) if identity is not None and identity.is_alive() else None
        self._proof: StopProof | None = None

    def save_and_stop(self) -> None:
        """The first rung.

        Raises:
            WorkbenchError: the job is not running.
        """
        request_stop(self.job)

    def stop_now(self) -> None:
        """The second rung; takes up to some 20 seconds.

        Raises:
            WorkbenchError: the job runs on another host.
        """
        self._proof = stop_now(self.job)

    def sentence(self, state: JobState) -> str | None:
        """Where on the ladder the job is; None if nobody stops it."""
        if state is JobState.STOPPING:
            return _("◍ Stop and save was asked: it saves at the end of this step, then ends.  s again: stop now")
        if not state.is_over or self._session is None:
            return None
        proof = self._proof or StopProof(leftover_pids=members_of_session(self._session))
        if not proof.is_clean:
            pids = ", ".join(str(pid) for pid in proof.leftover_pids or proof.gpu_pids)
            return _("! Still there: processes {pids}.").format(pids=pids)
        return _("■ No process of it is left, and no GPU memory is held by it.")

    def refresh(self) -> JobState:
        """The job's state now."""
        return state_of(self.job)
