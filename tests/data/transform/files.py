"""Data files for these tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.data.read import raw_rows

Row = dict[str, Any]


def said(question: str, answer: str, system: str = "") -> Row:
    """One exchange as a row of messages."""
    before = [{"role": "system", "content": system}] if system else []
    exchange = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"messages": [*before, *exchange]}


def numbered(count: int, system: str = "") -> list[Row]:
    """Rows that all differ."""
    return [said(f"What is {number}+1?", f"It is {number + 1}.", system) for number in range(count)]


def write_lines(path: Path, rows: Iterable[Row | str]) -> Path:
    """A JSONL file; a text among the rows becomes a line as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def rows_in(path: Path) -> list[Row]:
    """The rows of a file of any kind."""
    return [row for _number, row in raw_rows(path)]
