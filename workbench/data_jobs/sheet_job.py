"""The sheet job: ``python -m workbench.data_jobs.sheet_job JOB_FOLDER``.

Its arguments are a `SheetRequest`; the key comes by the environment only and is taken out of it at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from workbench.data.sheets.endpoint import KEY_VARIABLE, Endpoint, key_of_job
from workbench.data.sheets.engine import Watcher
from workbench.data.sheets.make import PICTURES, SheetMade, SheetRequest, make_sheet
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress, Started, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker

_WARNINGS_SHOWN = 50


class _Reporter:
    """Tells of the work in events; of many complaints it tells the first ones, the sum comes at the end."""

    def __init__(self, events: EventLog, request: SheetRequest, total: int) -> None:
        self._events, self._total = events, total
        self._unit = _("pictures") if request.task == PICTURES else _("rows")
        self._complaints = 0

    def report(self, done: int) -> None:
        self._events.write(Progress(stage=_("asking"), done=done, total=self._total, unit=self._unit))

    def complain(self, error: WorkbenchError) -> None:
        self._complaints += 1
        if self._complaints <= _WARNINGS_SHOWN:
            self._events.write(Warned(message=error.what, where=error.where, fix=error.fix))


def work(job: JobFolder, events: EventLog) -> Finished:
    """Make the sheet that the job's arguments ask for."""
    key = key_of_job()
    os.environ.pop(KEY_VARIABLE, None)
    request = SheetRequest.model_validate(job.record.arguments)
    total = request.check()
    facts = _("Asking {model} at {url}: {total} in all, {sheet} is added to.")
    said = facts.format(model=request.model, url=request.url, total=total, sheet=request.sheet)
    events.write(Started(facts=[said]))
    if Endpoint(request.url, request.model, key).sends_key_in_clear:
        events.write(
            Warned(message=_("The key travels unencrypted: the address is not one of https."), where=request.url)
        )
    reporter = _Reporter(events, request, total)
    made = make_sheet(request, key, Watcher(reporter.report, reporter.complain, lambda: stop_requested(job.path)))
    if made.outcome.halted and not made.outcome.stopped:
        text = _("Not everything was asked about: {reason}.").format(reason=made.outcome.halted)
        events.write(Warned(message=text, fix=_("Start it again with a higher limit: what is done is kept.")))
    return Finished(results=_results(request, made), stopped=made.outcome.stopped)


def _results(request: SheetRequest, made: SheetMade) -> dict[str, str | int | float | bool]:
    """The figures; ``total`` is the sum of ``answered``, ``answered_before``, ``left_out`` and ``not_asked``."""
    results: dict[str, str | int | float | bool] = {
        "sheet": request.sheet,
        "rows": made.rows,
        "rows_added": made.added,
        "total": made.total,
        "answered": made.outcome.answered,
        "answered_before": made.outcome.known,
        "left_out": made.outcome.left_out.total(),
        "not_asked": made.not_asked,
        "tokens_in": made.spending.tokens_in,
        "tokens_out": made.spending.tokens_out,
    }
    if request.limits.price_in is not None or request.limits.price_out is not None:
        results["cost_usd"] = round(made.spending.cost, 6)
    if request.image_folder:
        results["image_folder"] = str(request.image_folder)
    reasons = made.outcome.left_out.most_common()
    return results | {f"left_out: {reason}": count for reason, count in reasons}


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
