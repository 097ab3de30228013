"""``python -m workbench.quickstart JOB``: a whole journey; the job's arguments say which."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from workbench.actions.quickstart import SEEING_JOURNEY
from workbench.jobs.events import EventLog, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.quickstart.identity import IdentityJourney
from workbench.quickstart.seeing import SeeingJourney

_TERMINATED = 128 + signal.SIGTERM


def work(job: JobFolder, events: EventLog) -> Finished:
    """The whole journey."""
    signal.signal(signal.SIGTERM, lambda *_ignored: sys.exit(_TERMINATED))
    sees = job.record.arguments.get("journey") == SEEING_JOURNEY
    return (SeeingJourney if sees else IdentityJourney)(job, events).run()


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
