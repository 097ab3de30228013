"""The job that converts a ``.pth`` checkpoint: ``python -m workbench.checkpoints.pth_to_hf_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.checkpoints.reporting import in_bytes
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker


def work(job: JobFolder, events: EventLog) -> Finished:
    """Convert what the job's arguments name; they are those of `workbench.checkpoints.pth.request.PthRequest`."""
    from workbench.checkpoints.pth.convert import convert_pth
    from workbench.checkpoints.pth.request import PthRequest

    made = convert_pth(PthRequest.model_validate(job.record.arguments), in_bytes(events, _("converting")))
    for note in made.notes:
        events.write(Warned(message=note))
    return Finished(results={"folder": str(made.folder), made.kind: str(made.folder)})


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
