"""The convert job: ``python -m workbench.checkpoints.convert_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker


def work(job: JobFolder, events: EventLog) -> Finished:
    """Convert what the job's arguments name: ``checkpoint``, ``target``, ``overwrite``."""
    from workbench.checkpoints.convert import convert

    arguments = job.record.arguments

    def report(done: int, total: int) -> None:
        events.write(Progress(stage=_("converting"), done=done, total=total, unit=_("parts")))

    made = convert(
        Path(arguments["checkpoint"]),
        Path(arguments["target"]),
        overwrite=bool(arguments.get("overwrite")),
        on_progress=report,
    )
    return Finished(results={made.kind: str(made.folder)})


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
