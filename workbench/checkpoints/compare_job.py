"""The comparing job: ``python -m workbench.checkpoints.compare_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.checkpoints.reporting import in_bytes
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.weights.comparison import COMPARISON_FILE, compare_facts
from workbench.weights.facts import WeightsFacts
from workbench.weights.look import look_at


def work(job: JobFolder, events: EventLog) -> Finished:
    """Compare what the job's arguments name; they are those of `workbench.actions.weights.start_compare`."""
    from workbench.checkpoints.compare import compare_values

    record = job.record
    first, second = (_facts(Path(record.arguments[name])) for name in ("first", "second"))
    comparison = compare_facts(first, second, Path(record.project))
    compare_values(comparison, first, second, in_bytes(events, _("comparing")))
    path = job.path / COMPARISON_FILE
    write_atomic(path, comparison.model_dump_json(indent=1) + "\n")
    return Finished(results={"comparison": str(path)})


def _facts(path: Path) -> WeightsFacts:
    facts = look_at(path)
    if facts is None:
        raise WorkbenchError(_("There are no weights here."), where=str(path))
    if facts.trouble is not None:
        raise WorkbenchError(facts.trouble, where=str(path))
    return facts


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
