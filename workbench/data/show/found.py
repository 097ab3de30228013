"""The rows of some files as a stream, each counted, those that cannot be read too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from workbench.data.conversation import Sample
from workbench.data.formats import DatasetFormat, choose_format
from workbench.data.read import ROWS_LOOKED_AT, convert, raw_rows
from workbench.data.readers.problems import empty_file, place
from workbench.data.sources import SourceFile
from workbench.errors import WorkbenchError

OnFormat = Callable[[Path, DatasetFormat, str], None]
"""Is told of each file's format and why it is that one."""


@dataclass(frozen=True)
class FoundRow:
    """A row that is read and not yet converted.

    Args:
        position: counted from 0 through all files.
        number: as the reader counts within the file; 0 if that is not known of a row that cannot be read.
        error: why it cannot be read.
    """

    position: int
    path: Path
    number: int
    raw: dict[str, Any] | None = None
    format: DatasetFormat | None = None
    error: WorkbenchError | None = None

    def sample(self) -> Sample:
        """The row by its format.

        Raises:
            WorkbenchError: it cannot be read, or is not of its format.
        """
        if self.error is not None:
            raise self.error
        assert self.raw is not None
        assert self.format is not None
        return convert(self.path, self.number, self.raw, self.format)


_MOST_LOOKED_AT = 1000
_Found = tuple[int, dict[str, Any] | WorkbenchError]


def found_rows(files: Iterable[SourceFile], on_format: OnFormat | None = None) -> Iterator[FoundRow]:
    """All rows in order; memory does not grow with their number.

    Raises:
        WorkbenchError: a file is empty, damaged, or of no format that is known.
    """
    position = 0
    for file in files:
        for row in _rows_of(file, position, on_format):
            yield row
            position = row.position + 1


def _rows_of(file: SourceFile, position: int, on_format: OnFormat | None) -> Iterator[FoundRow]:
    notes: list[str] = []
    rows = _in_order(file, notes)
    first, damage = _first(rows)
    readable = [row for _number, row in first if not isinstance(row, WorkbenchError)]
    if not first:
        raise damage or empty_file(file.path)
    kind: DatasetFormat | None = None
    if readable:
        kind, reason = choose_format(file.choice, readable, file.path)
        if on_format:
            on_format(file.path, kind, "; ".join([reason, *notes]))
    for at, (number, row) in enumerate(chain(first, rows), position):
        if isinstance(row, WorkbenchError):
            yield FoundRow(at, file.path, _number_in(row, file.path), error=row)
        else:
            yield FoundRow(at, file.path, number, row, kind)
    if damage:
        raise damage


def _in_order(file: SourceFile, notes: list[str]) -> Iterator[_Found]:
    """Rows with their numbers, and in their place what is wrong with those that cannot be read."""
    bad: list[WorkbenchError] = []
    for number, row in raw_rows(file.path, bad, notes, file.choice):
        yield from ((0, error) for error in bad)
        bad.clear()
        yield number, row
    yield from ((0, error) for error in bad)


def _first(rows: Iterator[_Found]) -> tuple[list[_Found], WorkbenchError | None]:
    """So many of the rows that those which can be read tell the format; and why there are no more, if that is why."""
    first: list[_Found] = []
    readable = 0
    try:
        for row in rows:
            first.append(row)
            readable += not isinstance(row[1], WorkbenchError)
            if readable == ROWS_LOOKED_AT or (readable and len(first) >= _MOST_LOOKED_AT):
                break
    except WorkbenchError as damage:
        return first, damage
    return first, None


def _number_in(error: WorkbenchError, path: Path) -> int:
    number = (error.where or "").removeprefix(place(path) + ":").partition(":")[0]
    return int(number) if number.isdecimal() else 0
