"""The split job: ``python -m workbench.checkpoints.split_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.checkpoints.reporting import in_bytes
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker


def work(job: JobFolder, events: EventLog) -> Finished:
    """Split what the job's arguments name: ``source``, ``target``, ``overwrite``."""
    from workbench.checkpoints.split import split

    arguments = job.record.arguments
    target = Path(arguments["target"])
    notes = split(
        Path(arguments["source"]),
        target,
        overwrite=bool(arguments.get("overwrite")),
        on_progress=in_bytes(events, _("splitting")),
    )
    for note in notes:
        events.write(Warned(message=note))
    return Finished(results={"folder": str(target)})


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
