"""What became of the rows, left in a job's results for programs."""

from __future__ import annotations

from pathlib import Path

from workbench.data.prepare.report import DataReport
from workbench.files import write_atomic

DATA_FILE = "data.json"


def keep_report(report: DataReport, results: Path) -> None:
    """Write the report into a job's folder of results."""
    results.mkdir(exist_ok=True)
    write_atomic(results / DATA_FILE, report.model_dump_json(indent=1) + "\n")


def kept_report(results: Path) -> DataReport | None:
    """The report of a job; None if it has not come so far."""
    try:
        return DataReport.model_validate_json((results / DATA_FILE).read_bytes())
    except FileNotFoundError:
        return None
