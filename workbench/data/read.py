"""Reading data files row by row, with errors that name file, row and field. Light: no datasets library."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.data.conversation import Sample
from workbench.data.files import ending_of, readable_endings
from workbench.data.formats import DatasetFormat, FormatChoice, RowError, choose_format
from workbench.data.formats.mapping import OWN_COLUMNS
from workbench.data.formats.recognise import recognise
from workbench.data.formats.spelling import is_read
from workbench.data.readers.columnar import arrow, parquet
from workbench.data.readers.json_document import json_document
from workbench.data.readers.json_lines import json_lines
from workbench.data.readers.plain_text import text_lines, text_paragraphs, whole_text
from workbench.data.readers.problems import Bad, empty_file, place, refuse
from workbench.data.readers.tables import comma_table, tab_table
from workbench.errors import WorkbenchError
from workbench.i18n import _

ROWS_LOOKED_AT = 20
"""How many rows of a file tell its format."""
AUTO = FormatChoice()
_Numbered = tuple[int, dict[str, Any]]
_Reader = Callable[[Path, str, Bad | None, list[str]], Iterator[_Numbered]]
_READERS: dict[str, _Reader] = {
    ".json": json_document,
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".csv": comma_table,
    ".tsv": tab_table,
    ".parquet": parquet,
    ".arrow": arrow,
    ".txt": text_lines,
    ".md": whole_text,
}
_TEXT_READERS: dict[str, _Reader] = {"text_paragraphs": text_paragraphs, "text_file": whole_text}
"""How text files are read that are to be read in one of these formats."""


@dataclass(frozen=True)
class DataRow:
    """One row as it stands in its file. ``number``: its line in JSONL and CSV, else its position from 1."""

    number: int
    sample: Sample


@dataclass
class OpenedFile:
    """A file whose format is known and whose rows are still to be read. ``reason``: why its format is what it is."""

    path: Path
    format: DatasetFormat
    reason: str
    rows: Iterator[DataRow]


@dataclass
class DataFile:
    """A file read whole; see `OpenedFile`."""

    path: Path
    format: DatasetFormat
    reason: str
    rows: list[DataRow] = field(default_factory=list)


def read_file(path: Path, choice: FormatChoice = AUTO, bad: Bad | None = None) -> DataFile:
    """Read a file whole; see `open_file`."""
    opened = open_file(path, choice, bad)
    return DataFile(path, opened.format, opened.reason, list(opened.rows))


def open_file(path: Path, choice: FormatChoice = AUTO, bad: Bad | None = None) -> OpenedFile:
    """Find out a file's format by its first rows, and read it row by row.

    Args:
        bad: takes what is wrong with single rows; without it the first such row is raised.

    Raises:
        WorkbenchError: the file is empty or cannot be read, or its format is not known. While its rows are read: the
            rest of it is damaged, or a row is bad and nothing takes it.
    """
    notes: list[str] = []
    counted = None if bad is None else _FirstKept(bad)
    rows = raw_rows(path, counted, notes, choice)
    first, damage = _first(rows)
    if not first:
        none = empty_file(path) if counted is None or counted.first is None else _no_good_row(path, counted.first)
        raise damage or none
    try:
        kind, reason = choose_format(choice, [row for _number, row in first], path)
    except WorkbenchError as unknown:
        raise damage or unknown from unknown
    for note in notes:
        reason = _("{reason}; {note}").format(reason=reason, note=note)
    return OpenedFile(path, kind, reason, _converted(path, _behind(first, rows, damage), kind, bad))


def _first(rows: Iterator[_Numbered]) -> tuple[list[_Numbered], WorkbenchError | None]:
    """The rows that tell the format; and why there are no more, if that is why."""
    first: list[_Numbered] = []
    try:
        first.extend(itertools.islice(rows, ROWS_LOOKED_AT))
    except WorkbenchError as damage:
        return first, damage
    return first, None


def _behind(first: list[_Numbered], rows: Iterator[_Numbered], damage: WorkbenchError | None) -> Iterator[_Numbered]:
    """All rows up to what cannot be read."""
    yield from first
    if damage is not None:
        raise damage
    yield from rows


def raw_rows(
    path: Path, bad: Bad | None = None, notes: list[str] | None = None, choice: FormatChoice = AUTO
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Row numbers and rows of a file of any kind, as they are read.

    Args:
        bad: takes what is wrong with single rows; without it the first such row is raised.
        notes: takes what to say of where the rows are, before the first of them.
        choice: in what format they will be read, which says what a row of a text file is.

    Raises:
        WorkbenchError: the file is of no kind that is read, cannot be read, or is not what its ending says.
    """
    ending = ending_of(path.name)
    if ending is None:
        raise WorkbenchError(
            _("Files of this type are not read: {name}.").format(name=path.suffix or path.name),
            where=place(path),
            fix=readable_endings(),
        )
    reader = _READERS[ending.kind]
    if reader in (text_lines, whole_text):
        reader = _TEXT_READERS.get(choice.name, reader)
    yield from reader(path, ending.packed, bad, [] if notes is None else notes)


def convert(path: Path, number: int, row: dict[str, Any], kind: DatasetFormat) -> Sample:
    """One row as a sample.

    Raises:
        WorkbenchError: names file:row:field.
    """
    try:
        return kind.convert(row)
    except RowError as error:
        raise WorkbenchError(
            _("This row is not of the format {name}: {reason}.").format(name=kind.name, reason=error.what),
            where=place(path, number, error.field),
            fix=_remedy(row, kind),
        ) from error


def _remedy(row: dict[str, Any], kind: DatasetFormat) -> str:
    """What to do about a row that a format cannot read."""
    if kind.name == OWN_COLUMNS:
        return _("Mend the row, or name other columns: dataset_columns.")
    other = recognise([row])
    if other and other[0].name != kind.name and is_read(other[0], row):
        if "rejected" in kind.columns and "rejected" not in other[0].columns:
            return _(
                "Name data of pairs (prompt, chosen, rejected); or learn from answers alone: "
                "stage: sft and dataset_format: {name}."
            ).format(name=other[0].name)
        return _("The row can be read as {name}. Name that format, dataset_format, or mend the row.").format(
            name=other[0].name
        )
    return _("Mend the row, or name another format: dataset_format.")


def _converted(
    path: Path, rows: Iterator[tuple[int, dict[str, Any]]], kind: DatasetFormat, bad: Bad | None
) -> Iterator[DataRow]:
    for number, row in rows:
        try:
            sample = convert(path, number, row, kind)
        except WorkbenchError as error:
            refuse(bad, error)
        else:
            yield DataRow(number, sample)


def _no_good_row(path: Path, first: WorkbenchError) -> WorkbenchError:
    """What to raise for a file with rows of which none can be read. ``first``: what is wrong with the first."""
    return WorkbenchError(
        _("No row of the file can be read. The first: {place}: {reason}").format(place=first.where, reason=first.what),
        where=place(path),
        fix=first.fix,
    )


class _FirstKept:
    """Hands on what it takes, and keeps the first."""

    def __init__(self, bad: Bad) -> None:
        self._bad = bad
        self.first: WorkbenchError | None = None

    def append(self, error: WorkbenchError, /) -> None:
        self.first = self.first or error
        self._bad.append(error)
