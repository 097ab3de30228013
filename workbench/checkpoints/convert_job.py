"""The convert job: ``python -m workbench.checkpoints.convert_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.checkpoints.reporting import in_bytes
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.training.checkpoint_folders import is_checkpoint, what_is_missing


def work(job: JobFolder, events: EventLog) -> Finished:
    """Convert what the job's arguments name: ``checkpoint``, ``target``, ``overwrite``."""
    from workbench.checkpoints.convert import convert

    arguments = job.record.arguments
    checkpoint = Path(arguments["checkpoint"])
    if is_checkpoint(checkpoint) and (missing := what_is_missing(checkpoint)) is not None:
        events.write(
            Warned(
                message=_("The checkpoint is not complete: {file} is missing or cut off.").format(file=missing),
                where=str(checkpoint),
                fix=_("A training cannot go on from it; its weights are converted if they can be."),
            )
        )

    made = convert(
        checkpoint,
        Path(arguments["target"]),
        overwrite=bool(arguments.get("overwrite")),
        on_progress=in_bytes(events, _("converting")),
    )
    for note in made.notes:
        events.write(Warned(message=note))
    return Finished(results={made.kind: str(made.folder)})


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
