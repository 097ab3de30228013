"""One stage of the journey: another job, watched to its end and reported as this job's progress."""

from __future__ import annotations

import time

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import Event, EventLog, Failed, Progress, Sample, Score, Step, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.jobs.state import JobState, outcome_of, state_of
from workbench.jobs.stop import request_stop, stop_now, stop_requested
from workbench.jobs.tail import EventTail

_POLL_SECONDS = 0.2


class StoppedByUser(Exception):  # noqa: N818 - it is no error
    """The user asked the journey to stop; the stage's job has ended."""


class Stage:
    """Watches the job of a stage.

    Args:
        own: the journey's job.
        name: of the stage, translated.
    """

    def __init__(self, own: JobFolder, events: EventLog, name: str, job: JobFolder) -> None:
        self._own, self._events, self._name, self._job = own, events, name, job
        self._share = 0.0

    def run(self) -> dict[str, str | float | bool]:
        """The job's results, once it has finished.

        Raises:
            WorkbenchError: the job failed.
            StoppedByUser: the journey was asked to stop, or the job was.
        """
        try:
            return self._follow()
        except SystemExit:  # SIGTERM: the job has a session of its own and would go on
            stop_now(self._job, grace_s=3.0)
            raise

    def _follow(self) -> dict[str, str | float | bool]:
        tail = EventTail(self._job.events_path)
        self._say(0.0, 1.0, "")
        asked = False
        while True:
            state = state_of(self._job)
            events = tail.poll()
            for event in events:
                self._pass_on(event)
            if not asked and stop_requested(self._own.path) and not state.is_over:
                asked = True
                request_stop(self._job)
            if state.is_over and not events:
                return self._ended(state)
            if not events:
                time.sleep(_POLL_SECONDS)

    def _pass_on(self, event: Event) -> None:
        match event:
            case Step():
                self._say(event.iter, event.total_iters, _("iterations"))
            case Progress():
                self._say(event.done, event.total, event.unit)
            case Sample() | Score() | Warned():
                self._events.write(event)
            case _:
                pass

    def _say(self, done: float, total: float, unit: str) -> None:
        self._share = done / total if total else 0.0
        self._events.write(Progress(stage=self._name, done=done, total=total, unit=unit, job=self._job.id))

    def _ended(self, state: JobState) -> dict[str, str | float | bool]:
        if state is JobState.FINISHED:
            if self._share < 1.0:
                self._say(1.0, 1.0, "")
            return results_of(self._job)
        if state is JobState.STOPPED:
            raise StoppedByUser
        failed = outcome_of(self._job)
        if isinstance(failed, Failed):
            raise WorkbenchError(failed.reason, where=failed.where, fix=failed.hint)
        raise WorkbenchError(
            _("The stage {stage} ended without a result.").format(stage=self._name),
            where=str(self._job.log_path),
            fix=_("The log says why; start the quickstart again."),
        )
