"""CSV and TSV: a header, then a row a record; cells of some columns hold JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.data.readers.json_rows import bad_value
from workbench.data.readers.json_values import ValueProblemError, parsed, reason_of
from workbench.data.readers.problems import MOST_CHARACTERS, Bad, not_utf8, place, refuse
from workbench.data.readers.stream import opened_text
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _

JSON_COLUMNS = frozenset({
    "messages", "conversations", "conversation", "history", "chat", "tools", "images",
    "input_ids", "labels", "tokens", "attention_mask", "position_ids", "cumulative_len",
})  # fmt: skip
"""Columns whose cells are never plain text."""
_EITHER_COLUMNS = frozenset({"prompt", "chosen", "rejected", "image"})
"""Columns whose cells may be text or JSON."""
_SEPARATORS = (",", ";", "\t")
_NAMED_SEPARATOR = re.compile(r"sep=([^\w\s\"]|\t)[,;\t]*\s*", re.IGNORECASE)


def comma_table(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a CSV file with the numbers of the lines they begin on; the header is line 1.

    Cells are separated by whichever of comma, semicolon and tab the header has most of, or as a line ``sep=;`` before
    the header says, which spreadsheets write.
    """
    with opened_text(path, packed) as stream:
        lines = _lines(path, stream)
        header = next(lines, "")
        if named := _NAMED_SEPARATOR.fullmatch(header):
            yield from _rows(path, next(lines, ""), lines, named[1], bad, before=1)
        else:
            yield from _rows(path, header, lines, max(_SEPARATORS, key=header.count), bad)


def tab_table(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a TSV file; see `comma_table`."""
    with opened_text(path, packed) as stream:
        lines = _lines(path, stream)
        yield from _rows(path, next(lines, ""), lines, "\t", bad)


def _lines(path: Path, stream: io.BufferedReader) -> Iterator[str]:
    number = 0
    while line := stream.readline(MOST_CHARACTERS + 1):
        number += 1
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise not_utf8(path, number, line, error) from error


def _rows(
    path: Path, first: str, lines: Iterator[str], separator: str, bad: Bad | None, before: int = 0
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows below a header. ``before``: how many lines stand before it."""
    csv.field_size_limit(MOST_CHARACTERS)
    records = csv.reader(_chained(first, lines), delimiter=separator, strict=True)
    header = _header(path, records, before + 1)
    while True:
        number = before + records.line_num + 1
        try:
            cells = next(records, None)
        except csv.Error as error:
            refuse(bad, _not_csv(path, number, error))
            continue
        if cells is None:
            return
        try:
            row = _row(path, number, header, cells)
        except WorkbenchError as error:
            refuse(bad, error)
            continue
        if row:
            yield number, row


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _header(path: Path, records: Iterator[list[str]], line: int) -> list[str]:
    """The names of the columns, which stand on a line.

    Raises:
        WorkbenchError: two have the same name.
    """
    try:
        header = [name.strip() for name in next(records, [])]
    except csv.Error as error:
        raise _not_csv(path, line, error) from error
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is None:
        return header
    raise WorkbenchError(
        _("The column {name} stands twice in the header.").format(name=twice or '""'),
        where=place(path, line),
        fix=_("The first line must name every column, each differently."),
    )


def _row(path: Path, number: int, header: list[str], cells: list[str]) -> dict[str, Any]:
    """The columns of a record; none for an empty line."""
    if not cells:
        return {}
    if len(cells) != len(header):
        raise WorkbenchError(
            _("The row has {count} cells, the header {columns}: {names}.").format(
                count=len(cells), columns=len(header), names=listed(header)
            ),
            where=place(path, number),
            fix=_("Put cells that hold the separator or a line break into double quotes."),
        )
    return {name: _value(path, number, name, cell) for name, cell in zip(header, cells, strict=True)}


def _value(path: Path, number: int, column: str, cell: str) -> Any:
    """The cell as text, or what it holds as JSON."""
    if column in JSON_COLUMNS and cell.strip():
        return _json(path, number, column, cell)
    if column.lower() in JSON_COLUMNS | _EITHER_COLUMNS and cell.lstrip().startswith(("[{", '["')):
        return _json(path, number, column, cell)
    return cell


def _json(path: Path, number: int, column: str, cell: str) -> Any:
    try:
        return parsed(cell)
    except json.JSONDecodeError as error:
        by_python = cell.lstrip().startswith(("[{'", "['", "{'"))
        raise WorkbenchError(
            _("The cell is not JSON: {reason}.").format(reason=reason_of(error)),
            where=place(path, number, column),
            fix=_("It is written as Python has it; write it with json.dumps.") if by_python else None,
        ) from error
    except ValueProblemError as problem:
        field = column if not problem.field else f"{column}.{problem.field}".replace(".[", "[")
        raise bad_value(path, number, ValueProblemError(problem.what, field)) from problem


def _not_csv(path: Path, number: int, error: csv.Error) -> WorkbenchError:
    if "end of data" in str(error):
        return WorkbenchError(
            _("A quotation mark that opens in this row is never closed; all that follows is lost in it."),
            where=place(path, number),
            fix=_('Close it; inside a quoted cell, write it twice: "".'),
        )
    return WorkbenchError(
        _("The row is not CSV: {reason}.").format(reason=error),
        where=place(path, number),
        fix=_('Put the cell into double quotes, and write those inside it twice: "".'),
    )
