"""workbench: the samples on disk and the plan of the packs, which is what a training needs to begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.data.engines.job import MAX_LENGTH, TEMPLATE, Job, Made, run
from workbench.data.encode import NOT_TRAINED
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.pack import PackPlan, plan_packs
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import TokenStore
from workbench.data.prepare.write import prepare_into
from workbench.data.sources import Source
from workbench.data.training_set import TrainingRows

PACKAGES = ("workbench", "tokenizers", "pyarrow")
_SEED = 42


def request_of(job: Job) -> PrepareRequest:
    return PrepareRequest(sources=(Source(job.data),), template=TEMPLATE, max_length=MAX_LENGTH)


def plan_for(store: TokenStore, job: Job) -> PackPlan:
    return plan_packs(store.lengths(), MAX_LENGTH, "best_fit" if job.packed else "none", seed=_SEED)


def prepared_here(job: Job) -> TrainingRows:
    """Read, render, mask, tokenise, write and plan."""
    request = request_of(job)
    folder = Path(job.scratch) / "samples"
    tokenizer = LightTokenizer.from_folder(Path(job.tokenizer))
    prepare_into(folder, request, tokenizer, request.files(), processes=job.processes)
    store = TokenStore(folder)
    return TrainingRows(store, plan_for(store, job))


def counts(rows: TrainingRows) -> Iterator[tuple[int, int]]:
    for row in (rows[number] for number in range(len(rows))):
        yield len(row.input_ids), sum(label != NOT_TRAINED for label in row.labels)


def engine(job: Job) -> Callable[[], Made]:
    rows = prepared_here(job)
    return lambda: counts(rows)


if __name__ == "__main__":
    run(Job.asked_for(), engine, PACKAGES)
