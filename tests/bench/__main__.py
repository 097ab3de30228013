"""``python -m tests.bench [NAME …]`` (``make bench``): measure, and show each figure beside its target."""

from __future__ import annotations

import argparse
import sys
import time

from tests.bench.chat.measure import CHAT
from tests.bench.chat_app import CHAT_APP
from tests.bench.chat_history import CHAT_HISTORY
from tests.bench.checkpoints.merge import MERGE, MERGE_7B
from tests.bench.checkpoints.zero import ZERO
from tests.bench.commands import COMMANDS
from tests.bench.data.memory import DATA_MEMORY
from tests.bench.data.speed import DATA_LARGE, DATA_SMALL
from tests.bench.first_paint import FIRST_PAINT
from tests.bench.key_to_paint import KEY_TO_PAINT
from tests.bench.long_job import LONG_JOB
from tests.bench.machine import machine
from tests.bench.measurement import Measurement, Settings
from tests.bench.memory.measure import MEMORY
from tests.bench.quickstart import QUICKSTART, QUICKSTART_TOOLS
from tests.bench.report import Outcome, page_with, table
from tests.bench.seeing.measure import SEEING
from tests.bench.terminal_bytes import TERMINAL_BYTES
from tests.bench.train.measure import TRAIN
from tests.bench.train_scaling.measure import SCALING
from tests.bench.trainings import ROOT

MEASUREMENTS = (FIRST_PAINT, KEY_TO_PAINT, CHAT_APP, CHAT_HISTORY, LONG_JOB, TERMINAL_BYTES, COMMANDS)
DATA = (DATA_SMALL, DATA_LARGE, DATA_MEMORY)
CHECKPOINTS = (MERGE, MERGE_7B, ZERO)
SLOW = (QUICKSTART, QUICKSTART_TOOLS, CHAT, *DATA, *CHECKPOINTS, MEMORY, SEEING, TRAIN, SCALING)
"""Those that take minutes, measured only when asked for."""
PAGE = ROOT / "docs" / "benchmarks.md"
SHORT = Settings(runs=2, seconds=5.0, rows=2_000)


def main() -> None:
    arguments = _arguments()
    settings = SHORT if arguments.short else Settings(runs=arguments.runs, rows=arguments.rows)
    where = {**machine(), "runs": f"{settings.runs} of each, {settings.seconds:g} s for what is counted per second"}
    print("\n".join(f"{name}: {value}" for name, value in where.items()), flush=True)
    outcomes = [_measured(measurement, settings) for measurement in _chosen(arguments)]
    if arguments.write:
        page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        PAGE.write_text(page_with(page, outcomes, where), encoding="utf-8")
        print(f"\nwritten: {PAGE}")


def _arguments() -> argparse.Namespace:
    names = [measurement.name for measurement in (*MEASUREMENTS, *SLOW)]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these of: {', '.join(names)}")
    parser.add_argument("--with-quickstart", action="store_true", help="also the quickstart, which takes minutes")
    parser.add_argument("--with-data", action="store_true", help="also data to tokens, which takes longer than that")
    parser.add_argument("--rows", type=int, default=Settings.rows, help="rows of data to turn into tokens")
    parser.add_argument("--runs", type=int, default=Settings.runs, help="runs that the medians are of")
    parser.add_argument("--short", action="store_true", help="few and short runs, to see that it works")
    parser.add_argument("--write", action="store_true", help=f"write them into {PAGE.relative_to(ROOT)}")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(names)):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(names)}")
    return arguments


def _chosen(arguments: argparse.Namespace) -> list[Measurement]:
    if arguments.names:
        return [measurement for measurement in (*MEASUREMENTS, *SLOW) if measurement.name in arguments.names]
    slow = [*((QUICKSTART,) if arguments.with_quickstart else ()), *(DATA if arguments.with_data else ())]
    return [*MEASUREMENTS, *slow]


def _measured(measurement: Measurement, settings: Settings) -> Outcome:
    began = time.perf_counter()
    print(f"measuring {measurement.name} …", file=sys.stderr, flush=True)
    outcome = Outcome(measurement, measurement.run(settings))
    print(f"\n{table(outcome)}\n  ({time.perf_counter() - began:.0f} s)", flush=True)
    return outcome


if __name__ == "__main__":
    main()
