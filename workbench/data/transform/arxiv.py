"""Papers of the arXiv metadata dump, chosen by category and date, as rows of the ``arxiv`` format.

The dump (as published on Kaggle) has a JSON object a line with ``title``, ``abstract``, ``categories`` (names with
blanks between them) and ``update_date`` (YYYY-MM-DD).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from workbench.data.readers.problems import place
from workbench.data.transform.columns import Row
from workbench.data.transform.output import writing
from workbench.data.transform.rows import RowSource
from workbench.data.transform.totals import Totals, Written
from workbench.errors import WorkbenchError
from workbench.i18n import _

CATEGORIES = ("cs.AI", "cs.CL", "cs.CV")
START_DATE = "2020-01-01"
_TEXTS = ("title", "abstract", "categories", "update_date")


def chosen_papers(
    source: RowSource,
    out: Path,
    *,
    categories: Collection[str] = CATEGORIES,
    start_date: str = START_DATE,
    force: bool = False,
) -> Written:
    """Write the papers of at least one of the categories, updated on or after the date, as they are.

    Lines that cannot be read are left out, counted and named.

    Raises:
        WorkbenchError: the date is none, the file cannot be read, or the output cannot be written.
    """
    start = _start(start_date)
    totals = Totals()
    with writing(out, force=force, sources=source.files) as writer:
        for file, number, row in source.raw():
            reason = _left_out(row, frozenset(categories), start)
            if reason is None:
                writer.write(row)
                totals.read += 1
                totals.written += 1
                continue
            if reason == "bad":
                totals.leave_out_bad(_not_a_paper(place(file, number), row))
            else:
                totals.leave_out(reason)
        totals.take_bad(source.bad)
        totals.require_written(source.data_path)
    return Written(totals, {"out": out}, [_("{count} papers written.").format(count=totals.written)])


def _start(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WorkbenchError(
            _("{text} is no date.").format(text=text),
            where="--start-date",
            fix=_("For example: {date}").format(date=START_DATE),
        ) from error


def _left_out(row: Row, categories: frozenset[str], start: date) -> str | None:
    """Why a paper is left out; None if it is not."""
    if _bad_field(row) is not None:
        return "bad"
    if categories.isdisjoint(row["categories"].split()):
        return "category"
    return "date" if date.fromisoformat(row["update_date"]) < start else None


def _bad_field(row: Row) -> str | None:
    """The field without which a row is no paper."""
    missing = next((name for name in _TEXTS if not isinstance(row.get(name), str)), None)
    if missing is not None:
        return missing
    try:
        date.fromisoformat(row["update_date"])
    except ValueError:
        return "update_date"
    return None


def _not_a_paper(where: str, row: Row) -> WorkbenchError:
    field = _bad_field(row)
    return WorkbenchError(
        _("The field {field} of the paper is missing or wrong.").format(field=field), where=f"{where}:{field}"
    )
