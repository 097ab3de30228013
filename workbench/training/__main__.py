"""``python -m workbench.training JOB``: the process of one training, or one rank of it."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from workbench.i18n import _
from workbench.jobs.events import EventLog, Failed, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import outcome_of
from workbench.jobs.worker import run_worker
from workbench.training.environment import prepare_environment
from workbench.training.ranks_environment import rank

_SECONDS_FOR_RANK_0 = 2.0
"""How long another rank waits before it reports a failure itself; rank 0 usually fails of the same cause."""


def main(arguments: list[str] | None = None) -> int:
    """Train; the exit code is 0 if it finished or was stopped on request."""
    parser = argparse.ArgumentParser(prog="python -m workbench.training")
    parser.add_argument("job", type=Path)
    parser.add_argument("--resume", help="a checkpoint folder, or auto")
    chosen = parser.parse_args(arguments)
    prepare_environment()

    def work(job: JobFolder) -> Finished:
        from workbench.training.run import train

        return train(job, chosen.resume)

    if rank() == 0:
        return run_worker(chosen.job, lambda job, _events: work(job))
    return _run_other_rank(JobFolder(chosen.job), work)


def _run_other_rank(job: JobFolder, work: Callable[[JobFolder], Finished]) -> int:
    """Train with rank 0. A failure is noted by rank 0, or here if that one does not come to it."""
    try:
        work(job)
    except Exception as error:  # the edge of the process
        traceback.print_exc()
        time.sleep(_SECONDS_FOR_RANK_0)
        if outcome_of(job) is None:
            reason = _("Rank {rank} failed: {error}").format(rank=rank(), error=error)
            EventLog(job.path).write(Failed(reason=reason, where=str(job.log_path)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
