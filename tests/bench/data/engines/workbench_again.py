"""workbench's next run on data that it has prepared before, in a process that knows nothing of the first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bench.data.engines.job import Job, Made, run
from tests.bench.data.engines.workbench_preparation import PACKAGES, counts, plan_for, request_of
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.prepare import prepared
from workbench.data.training_set import TrainingRows


def engine(job: Job) -> Callable[[], Made]:
    store = prepared(request_of(job), LightTokenizer.from_folder(Path(job.tokenizer)))
    rows = TrainingRows(store, plan_for(store, job))
    return lambda: counts(rows)


if __name__ == "__main__":
    run(Job.asked_for(), engine, PACKAGES)
