"""``python -m workbench.quickstart JOB``: a whole journey; the job's arguments say which."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from workbench.actions.quickstart import AGENT_JOURNEY, SEEING_JOURNEY
from workbench.jobs.events import EventLog, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.quickstart.identity import IdentityJourney
from workbench.quickstart.journey import Journey
from workbench.quickstart.seeing import SeeingJourney
from workbench.quickstart.tools import ToolsJourney

_JOURNEYS: dict[object, type[Journey]] = {SEEING_JOURNEY: SeeingJourney, AGENT_JOURNEY: ToolsJourney}
_TERMINATED = 128 + signal.SIGTERM


def work(job: JobFolder, events: EventLog) -> Finished:
    """The whole journey."""
    signal.signal(signal.SIGTERM, lambda *_ignored: sys.exit(_TERMINATED))
    journey = _JOURNEYS.get(job.record.arguments.get("journey"), IdentityJourney)
    return journey(job, events).run()


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
