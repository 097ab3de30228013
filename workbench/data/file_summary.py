"""What a data file holds, read once for all who ask before a training starts, and again only when it has changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from workbench.data.formats import FormatChoice
from workbench.data.formats.own_function import names_function
from workbench.data.prepare.write import with_way_on
from workbench.data.read import DataRow, open_file
from workbench.data.sources import SourceFile
from workbench.errors import WorkbenchError
from workbench.i18n import current_language

BYTES_READ_WHOLE = 64 * 1024**2
"""Files that are larger together are not read to their ends."""
_ROWS_READ = 1000
"""Of each of such files."""
_ROWS_SPREAD = 300
_FILES_KEPT = 128
_READING = Lock()
"""Two plans in the making do not read the same file side by side."""


@dataclass(frozen=True)
class FileSummary:
    """What was read of a file.

    Args:
        format: the name of the format it is read with; empty if that is not known.
        rows: how many good rows were read; all of the file if it ``is_whole``.
        spread: some of them from all parts, in order: all of a few rows, else 300 to 599.
        error: what ended the reading, if something did.
    """

    path: Path
    format: str
    rows: int
    spread: tuple[DataRow, ...]
    is_whole: bool
    error: WorkbenchError | None


@dataclass(frozen=True)
class _Asked:
    """What the summary of a file depends on."""

    path: Path
    size: int
    written_ns: int
    format: str
    columns: tuple[tuple[str, str], ...]
    leave_out: bool
    is_whole: bool
    language: str


def summaries_of(files: Sequence[SourceFile], *, leave_out: bool) -> list[FileSummary]:
    """Read files that go together: to their ends if they are small together, else their first rows.

    Args:
        leave_out: pass over rows that are not what the format says; else the first of them ends the reading.
    """
    is_whole = sum(file.size for file in files) <= BYTES_READ_WHOLE
    with _READING:
        return [_summary_of(file, leave_out=leave_out, is_whole=is_whole) for file in files]


def _summary_of(file: SourceFile, *, leave_out: bool, is_whole: bool) -> FileSummary:
    written_ns = file.path.stat().st_mtime_ns if file.path.exists() else 0
    columns = tuple(sorted(file.choice.columns.items()))
    language = current_language()  # of the error
    asked = _Asked(file.path, file.size, written_ns, file.choice.name, columns, leave_out, is_whole, language)
    is_by_own_code = names_function(file.choice.name)  # which may be another by now
    return _read(asked) if is_by_own_code else _kept(asked)


@lru_cache(maxsize=_FILES_KEPT)
def _kept(asked: _Asked) -> FileSummary:
    return _read(asked)


def _read(asked: _Asked) -> FileSummary:
    spread, kind, error = _Spread(), "", None
    try:
        choice = FormatChoice(asked.format, dict(asked.columns))
        opened = open_file(asked.path, choice, [] if asked.leave_out else _Stop())
        kind = opened.format.name
        spread.take(itertools.islice(opened.rows, None if asked.is_whole else _ROWS_READ))
    except WorkbenchError as raised:
        error = WorkbenchError(raised.what, where=raised.where, fix=raised.fix)  # holds no frames, which hold rows
    return FileSummary(asked.path, kind, spread.count, tuple(spread.rows), asked.is_whole, error)


class _Spread:
    """Counts rows and keeps every nth."""

    def __init__(self) -> None:
        self.rows: list[DataRow] = []
        self.count = 0
        self._step = 1

    def take(self, rows: Iterator[DataRow]) -> None:
        for row in rows:
            if self.count % self._step == 0:
                self.rows.append(row)
            self.count += 1
            if len(self.rows) == 2 * _ROWS_SPREAD:
                self.rows, self._step = self.rows[::2], 2 * self._step


class _Stop:
    """Raises what is wrong with a row, and says how to go on without such rows."""

    def append(self, error: WorkbenchError, /) -> None:
        raise WorkbenchError(error.what, where=error.where, fix=with_way_on(error.fix)) from error
