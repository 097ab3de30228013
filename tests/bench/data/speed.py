"""Rows a second from a file of Alpaca rows to packed tokens: workbench, what others do, and the tokenizer alone."""

from __future__ import annotations

import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from tests.bench.data.bpe import build_tokenizer
from tests.bench.data.engine import AGAIN, CORES, OTHERS, TOKENIZER, WORKBENCH, WRITTEN, Engine, Run, run_once
from tests.bench.data.engines.job import MAX_LENGTH, TEMPLATE
from tests.bench.data.rows import write_rows
from tests.bench.data.watched import FailedError
from tests.bench.measurement import Figure, Measurement, Settings, Target, times
from workbench.paths import shipped

_MOST_RUNS = 3
_ROWS_COMPARED = 200
_TIMES_THE_BEST = 3
_SHARE_OF_TOKENIZER = 70
_ENGINES = (WORKBENCH, WRITTEN, AGAIN, *OTHERS, TOKENIZER)


@dataclass
class Runs:
    """All runs of one engine. ``failed``: why there are none; ``differs``: how its samples differ from workbench's."""

    engine: Engine
    rows: int
    runs: list[Run] = field(default_factory=list)
    failed: str = ""
    differs: str = ""

    @property
    def rows_per_second(self) -> list[float]:
        return [self.rows / run.answer.seconds for run in self.runs]

    @cached_property
    def median(self) -> float:
        return statistics.median(self.rows_per_second)

    @property
    def counted(self) -> str:
        """Tokens a second, memory, and how full the packs are."""
        answer = self.runs[0].answer
        memory = statistics.median(run.memory.together for run in self.runs)
        said = [f"{self.median * answer.tokens / self.rows / 1e6:.2f} million tokens/s", f"{memory / 1e6:.0f} MB"]
        if answer.trained:
            said.append(f"packs {answer.tokens / answer.packs / MAX_LENGTH:.1%} full")
        return ", ".join(said)

    @property
    def versions(self) -> str:
        versions = self.runs[0].answer.versions
        return ", ".join(f"{package} {version}" for package, version in versions.items())


def measure(settings: Settings, *, small: bool) -> list[Figure]:
    """Every engine in turn, as often as asked; ``small``: with the sample model's tokenizer."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        tokenizer = shipped("sample_data") / "model" if small else folder / "tokenizer"
        if not small:
            build_tokenizer(tokenizer)
        all_runs = [Runs(engine, settings.rows) for engine in _ENGINES]
        _compare(all_runs, tokenizer, folder)
        _repeat(all_runs, tokenizer, folder, min(settings.runs, _MOST_RUNS))
    return _figures({runs.engine: runs for runs in all_runs})


def _compare(all_runs: Iterable[Runs], tokenizer: Path, folder: Path) -> None:
    """See on some rows, not packed, whether all make the same samples; a project that fails here is not run again."""
    data = folder / "compared.jsonl"
    write_rows(data, _ROWS_COMPARED)
    ours: list[list[int]] = []
    for runs in all_runs:
        try:
            rows = run_once(runs.engine, data, tokenizer, folder, packed=False).answer.rows
        except FailedError as failed:
            if runs.engine.environment is None:
                raise
            runs.failed = str(failed)
            continue
        ours = ours or rows
        runs.differs = _difference(ours, rows)


def _difference(ours: list[list[int]], theirs: list[list[int]]) -> str:
    """In tokens and trained tokens of each row."""
    if len(ours) != len(theirs):
        return f"{len(theirs)} samples of {len(ours)} rows"
    pairs = list(zip(ours, theirs, strict=True))
    tokens = Counter(their[0] - our[0] for our, their in pairs)
    trained = Counter(their[1] - our[1] for our, their in pairs)
    named = (("tokens", tokens), ("trained tokens", trained))
    return "; ".join(_spread(name, found) for name, found in named if set(found) != {0})


def _spread(name: str, found: Counter[int]) -> str:
    counts = ", ".join(f"{difference:+d} in {rows}" for difference, rows in sorted(found.items()) if difference)
    return f"{name}: {counts} of {found.total()} rows"


def _repeat(all_runs: list[Runs], tokenizer: Path, folder: Path, count: int) -> None:
    data = folder / "rows.jsonl"
    write_rows(data, all_runs[0].rows)
    measured = [runs for runs in all_runs if not runs.failed]
    for runs in measured:
        if runs.engine.begun_before:
            run_once(runs.engine, data, tokenizer, folder)
    for _time in range(count):
        for runs in measured:
            runs.runs.append(run_once(runs.engine, data, tokenizer, folder))


def _figures(by_engine: dict[Engine, Runs]) -> list[Figure]:
    ours, alone = by_engine[WORKBENCH], by_engine[TOKENIZER]
    others = [by_engine[engine] for engine in OTHERS]
    best = max((runs for runs in others if runs.runs), key=lambda runs: runs.median)
    again = by_engine[AGAIN]
    return [
        Figure(WORKBENCH.title, ours.rows_per_second, "rows/s", compared=ours.counted),
        Figure(WRITTEN.title, by_engine[WRITTEN].rows_per_second, "rows/s", compared=by_engine[WRITTEN].counted),
        Figure(
            f"{AGAIN.title}, from what the first left",
            [run.answer.seconds for run in again.runs],
            "s",
            compared=times(again.median, ours.median, "as fast as the first time"),
        ),
        *(_other(runs, ours) for runs in others),
        Figure(TOKENIZER.title, alone.rows_per_second, "rows/s", compared=alone.counted),
        Figure(
            "workbench against the fastest of the others",
            [ours.median / best.median],
            "×",
            Target(_TIMES_THE_BEST, at_least=True),
            f"which is {best.engine.title}; {by_engine[WRITTEN].median / best.median:.2f} × with its rows written too",
        ),
        Figure(
            "workbench, of what the tokenizer alone can do",
            [ours.median / alone.median * 100],
            "%",
            Target(_SHARE_OF_TOKENIZER, at_least=True),
        ),
    ]


def _other(runs: Runs, ours: Runs) -> Figure:
    if runs.failed:
        return Figure(runs.engine.title, [], "", compared=f"not measured: {runs.failed}")
    same = f"differs from workbench in {runs.differs}" if runs.differs else "the same samples as workbench"
    said = [f"workbench is {ours.median / runs.median:.1f} × as fast", runs.counted, same, runs.versions]
    return Figure(runs.engine.title, runs.rows_per_second, "rows/s", compared="; ".join(said))


_HOW = (
    f"A JSONL file of generated Alpaca rows, of lengths as real ones have, becomes packed rows of {MAX_LENGTH} tokens "
    f"with the same ChatML text ({TEMPLATE}) and loss on the answers; every run is a new process on all {CORES} cores "
    f"with empty caches, the engines take turns, and on {_ROWS_COMPARED} rows their samples are compared one by one. "
    "Seconds count the work without imports; memory is what all processes of a run hold together at most, with what "
    "they share counted in each; the limit is the tokenizers library's fastest call over the same texts in memory."
)
_LIMITS = (
    "workbench plans its packs and puts a row together when it is trained, the others write every packed row: a line "
    "of its own says what that costs. The rows are made of random words, TRL's preparation is called as its trainer "
    "calls it but without one, and the versions of what each builds on are those that it allows. LLaMA-Factory runs "
    "with an empty torchaudio; it writes no line break after an instruction without input, and trains the one after "
    "an answer."
)
DATA_SMALL = Measurement(
    "data_2k",
    "Data to packed tokens, a tokenizer of 2,048 tokens (the sample model's)",
    how=_HOW,
    limits=_LIMITS,
    run=partial(measure, small=True),
)
DATA_LARGE = Measurement(
    "data_32k",
    "Data to packed tokens, a tokenizer of 32,000 tokens (trained for this)",
    how=_HOW,
    limits=_LIMITS,
    run=partial(measure, small=False),
)
