"""``python -m workbench.training.rank_process JOB``: the process of one training, or of one rank of it."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.configs.files import load_config
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.causes import GPU_MEMORY, LOST_PEER, MEMORY, PEERS, cause_of, explained
from workbench.jobs.events import EventLog, Failed, Finished, Started
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import outcome_of
from workbench.jobs.worker import run_worker
from workbench.training.environment import prepare_environment
from workbench.training.guarded import stand_under_guard
from workbench.training.lost_machines import lost_machine
from workbench.training.memory_mends import memory_mends
from workbench.training.notice_board import ENDED, pin, pinned
from workbench.training.ranks_environment import on_further_machine, on_several_machines, rank, world_size
from workbench.training.telling import event_log, first_machine

_SECONDS_FOR_OTHERS = 2.0
"""How long a rank waits before it reports a failure that another one has probably caused, or meets as well."""

_SECONDS_FOR_OTHER_MACHINES = 15.0
"""How long rank 0 waits for the machine that is gone to say why: its guard loads torch for that."""


def main(arguments: list[str] | None = None) -> int:
    """Train; the exit code is 0 if it finished or was stopped on request."""
    parser = argparse.ArgumentParser(prog="python -m workbench.training")
    parser.add_argument("job", type=Path)
    parser.add_argument("--resume", help="a checkpoint folder, or auto")
    chosen = parser.parse_args(arguments)
    stand_under_guard()
    prepare_environment()

    def work(job: JobFolder) -> Finished:
        from workbench.training.run import train

        with _failures_told(job):
            return train(job, chosen.resume)

    if rank() == 0:
        return run_worker(chosen.job, lambda job, _events: work(job))
    return _run_other_rank(JobFolder(chosen.job), work)


@contextmanager
def _failures_told(job: JobFolder) -> Iterator[None]:
    """Say of want of memory which settings to change, and of a lost rank nothing where another one has told of it."""
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        cause = cause_of(text)
        if cause is not None and cause.kind in (PEERS, LOST_PEER) and rank() == 0 and world_size() > 1:
            _leave_if_told(job)
        if cause is not None and cause.kind == LOST_PEER and on_several_machines():
            traceback.print_exc()
            told = pinned(ENDED, seconds=_SECONDS_FOR_OTHER_MACHINES, count=1) if rank() == 0 else []
            raise lost_machine(text, job, told) from error
        if cause is None or cause.kind not in (GPU_MEMORY, MEMORY):
            raise
        traceback.print_exc()
        mends = memory_mends(load_config(job.config_path), on_gpu=cause.kind == GPU_MEMORY)
        raise WorkbenchError(explained(text.split("\n")[0][:300]), where=str(job.log_path), fix=mends) from error


def _leave_if_told(job: JobFolder) -> None:
    """Leave at once if another rank, or its guard, has told why the ranks have lost each other."""
    time.sleep(_SECONDS_FOR_OTHERS)
    if outcome_of(job) is not None:
        traceback.print_exc()
        raise SystemExit(1)


def _run_other_rank(job: JobFolder, work: Callable[[JobFolder], Finished]) -> int:
    """Train with rank 0. A failure is noted by rank 0, or here if that one does not come to it.

    The job of a machine with a folder of its own tells that it began and how it ended.
    """
    told_here = event_log(job)
    try:
        if told_here is not None:
            told_here.write(Started(facts=[first_machine()]))
        finished = work(job)
        if told_here is not None:
            told_here.write(finished.model_copy(update={"results": {}}))
    except Exception as error:  # the edge of the process
        traceback.print_exc()
        time.sleep(_SECONDS_FOR_OTHERS)
        if outcome_of(job) is None:
            failed = _failure(job, error)
            EventLog(job.path).write(failed)
            if on_further_machine() and not _follows_from_another(error):
                pin(ENDED, failed.reason)
        return 1
    return 0


def _follows_from_another(error: Exception) -> bool:
    """Whether the rank has failed only because another one is gone."""
    causes = [cause_of(str(one)) for one in (error, error.__cause__) if one is not None]
    return any(cause is not None and cause.kind in (PEERS, LOST_PEER) for cause in causes)


def _failure(job: JobFolder, error: Exception) -> Failed:
    if isinstance(error, WorkbenchError):
        text, where, hint = error.what, error.where, error.fix
    else:
        said = f"{type(error).__name__}: {error}"
        cause = cause_of(said)
        text, where = explained(said)[:2000], str(job.log_path)
        hint = cause.mend if cause is not None else _("log.txt has the details.")
    return Failed(reason=_("Rank {rank} failed: {error}").format(rank=rank(), error=text), where=where, hint=hint)


if __name__ == "__main__":
    sys.exit(main())
