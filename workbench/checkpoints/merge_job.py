"""The merge job: ``python -m workbench.checkpoints.merge_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.i18n import _
from workbench.jobs.events import BYTES, EventLog, Finished, Progress
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker

_STEPS_SHOWN = 200


def work(job: JobFolder, events: EventLog) -> Finished:
    """Merge what the job's arguments name: ``base``, ``adapter``, ``target``, ``dtype``, ``max_shard_bytes``."""
    from workbench.checkpoints.merge import MergeRequest, merge

    arguments = job.record.arguments
    shown = -1

    def report(done: int, total: int) -> None:
        nonlocal shown
        share = done * _STEPS_SHOWN // max(total, 1)
        if share > shown:
            shown = share
            events.write(Progress(stage=_("merging"), done=done, total=total, unit=BYTES))

    request = MergeRequest(
        base=arguments["base"],
        adapter=Path(arguments["adapter"]),
        target=Path(arguments["target"]),
        dtype=arguments.get("dtype", "auto"),
        max_shard_bytes=int(arguments["max_shard_bytes"]),
        overwrite=bool(arguments.get("overwrite")),
    )
    return Finished(results={"merged": str(merge(request, report))})


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
