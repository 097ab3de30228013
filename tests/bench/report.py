"""The figures as a table for the terminal, and as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from tests.bench.measurement import Figure, Measurement

_HEADINGS = ("what", "measured", "least – most", "target", "met", "compared")
_ALIGNMENTS = ("---", "---:", "---:", "---:", ":---:", "---")
_INTRODUCTION = """# How fast, how small

Written by `.venv/bin/python -m tests.bench --write [NAME …]`; do not edit. `make bench` measures the same without writing
it down. Nothing here is a test: a figure beside its target says how it was on this machine.

Figures are medians unless they say otherwise; 1 KB is a thousand bytes, 1 MB a million."""
_BESIDE = len(_HEADINGS) - 1
"""On the terminal the last column stands below its row."""


@dataclass(frozen=True)
class Outcome:
    """A measurement with its figures."""

    measurement: Measurement
    figures: list[Figure]


def table(outcome: Outcome) -> str:
    """The figures of a measurement for the terminal."""
    rows = [_HEADINGS, *map(_row, outcome.figures)]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(_BESIDE)]
    lines = [outcome.measurement.title]
    for row in rows:
        cells = [
            _filled(text, width, left=not number)
            for number, (text, width) in enumerate(zip(row[:_BESIDE], widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
        if row is not _HEADINGS and row[_BESIDE]:
            lines.append(f"      {row[_BESIDE]}")
    return "\n".join(lines)


def page_with(page: str, outcomes: Iterable[Outcome], machine: dict[str, str]) -> str:
    """The page ``docs/benchmarks.md`` with these measurements in it; sections of others stay as they were."""
    old = page.split("\n## ")[1:]
    sections = {section.partition("\n")[0]: section.rstrip() for section in old}
    sections |= {outcome.measurement.title: _section(outcome, machine) for outcome in outcomes}
    return "\n\n".join((_INTRODUCTION, *(f"## {section}" for section in sections.values()))) + "\n"


def _section(outcome: Outcome, machine: dict[str, str]) -> str:
    where = ". ".join(f"{name.capitalize()}: {value}" for name, value in machine.items())
    parts = (
        outcome.measurement.title,
        _markdown_table(_HEADINGS, _ALIGNMENTS, map(_row, outcome.figures)),
        f"How: {outcome.measurement.how}",
        f"Limits: {outcome.measurement.limits}",
        f"Where: {where}.",
        f"Again: `python -m tests.bench {outcome.measurement.name}`",
    )
    return "\n\n".join(parts)


def _markdown_table(headings: Iterable[str], alignments: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (headings, alignments, *rows))


def _row(figure: Figure) -> tuple[str, ...]:
    target = met = ""
    if not figure.samples:
        return figure.what, "–", "", target, met, figure.compared
    if figure.target is not None:
        sign = "≥" if figure.target.at_least else "≤"
        limit = f"{figure.target.limit:g}"
        target = f"{sign} {limit} {figure.unit}".rstrip() if figure.target.limit or figure.target.at_least else limit
        met = "yes" if figure.target.is_met_by(figure.value) else "no"
    several = len(figure.samples) > 1
    spread = f"{_number(min(figure.samples))} – {_number(max(figure.samples))}" if several else ""
    return figure.what, f"{_number(figure.value)} {figure.unit}".rstrip(), spread, target, met, figure.compared


def _number(value: float) -> str:
    """Three digits that mean something."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _filled(text: str, width: int, *, left: bool) -> str:
    blank = " " * (width - cell_len(text))
    return text + blank if left else blank + text
