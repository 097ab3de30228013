"""The export job: ``python -m workbench.checkpoints.export.export_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.checkpoints.export.source import open_source
from workbench.checkpoints.reporting import in_bytes
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker


class _Stopped(Exception):  # noqa: N818 - a wish of the user, no error
    """Somebody asked the job to stop."""


def work(job: JobFolder, events: EventLog) -> Finished:
    """Write the GGUF file that the job's arguments name; they are those of `workbench.actions.export.start_gguf`."""
    from workbench.checkpoints.export.gguf_file import GgufRequest, write_gguf

    arguments = job.record.arguments
    target = Path(arguments["target"])
    request = GgufRequest(
        source=open_source(arguments["folder"], arguments.get("template")),
        target=target,
        kind=arguments["type"],
        overwrite=bool(arguments.get("overwrite")),
    )
    report = in_bytes(events, _("writing the GGUF file"))

    def report_unless_stopped(done: int, total: int) -> None:
        if stop_requested(job.path):
            raise _Stopped
        report(done, total)

    try:
        write_gguf(request, report_unless_stopped)
    except _Stopped:
        return Finished(stopped=True)
    return Finished(results={"gguf": str(target)})


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
