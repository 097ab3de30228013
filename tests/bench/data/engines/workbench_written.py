"""workbench, with every packed row put together and written to disk, as the others do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bench.data.engines.job import Job, Made, run
from tests.bench.data.engines.workbench_preparation import PACKAGES, counts, prepared_here
from workbench.data.prepare.offline import write_packed


def engine(job: Job) -> Callable[[], Made]:
    rows = prepared_here(job)
    write_packed(Path(job.scratch) / "packed", rows)
    return lambda: counts(rows)


if __name__ == "__main__":
    run(Job.asked_for(), engine, PACKAGES)
