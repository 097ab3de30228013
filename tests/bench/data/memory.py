"""``python -m tests.bench.data.memory [--rows N]``: the memory of preparing very many rows, and how fast that goes."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.data.engine import WORKBENCH, Run, run_once
from tests.bench.data.rows import write_rows
from tests.bench.measurement import Figure, Measurement, Settings, Target
from tests.bench.report import Outcome, table
from workbench.paths import shipped

_ROWS_A_SETTING = 10
"""So many times the rows that speed is measured with."""
_MOST_MEGABYTES = 1500


def measure(settings: Settings) -> list[Figure]:
    """Once, with ten times the rows that speed is measured with."""
    return _measured(settings.rows * _ROWS_A_SETTING, None)


def _measured(rows: int, place: Path | None) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="workbench-bench-", dir=place) as name:
        folder = Path(name)
        data = folder / "rows.jsonl"
        write_rows(data, rows)
        megabytes = data.stat().st_size / 1e6
        run = run_once(WORKBENCH, data, shipped("sample_data") / "model", folder, counted=False)
    return _figures(rows, megabytes, run)


def _figures(rows: int, megabytes: float, run: Run) -> list[Figure]:
    main = run.memory.of_each[run.process]
    others = [most for process, most in run.memory.of_each.items() if process != run.process]
    target = Target(_MOST_MEGABYTES)
    return [
        Figure(
            f"all processes together, {rows:,} rows ({megabytes:,.0f} MB of JSONL)",
            [run.memory.together / 1e6],
            "MB",
            target,
        ),
        Figure("the process that reads, writes and plans", [main / 1e6], "MB"),
        Figure("the largest of those that tokenise", [max(others, default=0) / 1e6], "MB"),
        Figure("rows a second", [rows / run.answer.seconds], "rows/s", compared=f"{run.answer.seconds:.0f} s in all"),
    ]


DATA_MEMORY = Measurement(
    "data_memory",
    "Memory of preparing very many rows",
    how="A JSONL file is prepared with the sample model's tokenizer and its packs are planned, in a new process on all "
    "cores; ten times a second the resident memory of all its processes is added up. The first 100,000 rows repeat.",
    limits="Memory that processes share is counted in each of them, and so are the pages of mapped files, which the "
    "system takes back when it needs them; a peak shorter than a tenth of a second is missed. Rows of another kind, "
    "with long texts or pictures, take more.",
    run=measure,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.data.memory", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many; a million is about 600 MB of JSONL")
    parser.add_argument("--folder", type=Path, help="for the rows and their tokens, about six times as much on disk")
    arguments = parser.parse_args()
    print(f"preparing {arguments.rows:,} rows …", file=sys.stderr, flush=True)
    print(table(Outcome(DATA_MEMORY, _measured(arguments.rows, arguments.folder))))


if __name__ == "__main__":
    main()
