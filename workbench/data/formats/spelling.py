"""Columns as a file spells them: in other capitals than ours, or by another of the names that a format has for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.data.conversation import Sample
from workbench.data.formats.row import DatasetFormat, Row, RowError
from workbench.data.wording import listed
from workbench.i18n import _

_COLUMN = re.compile(r"[^.\[]*")


def in_small_letters(row: Row) -> dict[str, Any]:
    """The row with its columns named in small letters; a column that is there in these already keeps them."""
    return {_small(row, column): value for column, value in row.items()}


def _small(row: Row, column: str) -> str:
    small = column.lower()
    return column if small in row else small


def as_spelt(known: DatasetFormat, rows: Sequence[Row]) -> DatasetFormat:
    """The format for a file with these first rows, with errors that name the file's columns.

    Capitals count for nothing if no row has the columns as the format spells them.
    """
    used = next((columns for row in rows if (columns := known.columns_in(row))), None)
    if used is not None:
        return replace(known, convert=_Spelt(known, _others(known, used))) if known.spellings else known
    small = [in_small_letters(row) for row in rows]
    used = next((columns for row in small if (columns := known.columns_in(row))), None)
    if used is None:
        return known
    spelt = frozenset(written_otherwise(known, rows))
    return replace(
        known, convert=_Spelt(known, _others(known, used), any_capitals=True), optional=known.optional | spelt
    )


def written_otherwise(known: DatasetFormat, rows: Sequence[Row]) -> list[str]:
    """The columns that the format reads once their capitals are made small, as the rows have them."""
    read = known.all_columns
    renamed = dict.fromkeys(column for row in rows for column in row if _small(row, column) != column)
    return [column for column in renamed if column.lower() in read]


def about_capitals(known: DatasetFormat, rows: Sequence[Row]) -> str:
    """What to say of columns in other capitals."""
    return _("in the file they are written {columns}").format(columns=listed(written_otherwise(known, rows)))


def _others(known: DatasetFormat, used: frozenset[str]) -> dict[str, str]:
    """The columns that the file has not, each to the one that it has instead."""
    required = known.columns.union(*known.spellings)
    instead = used - known.columns or used
    return {column: min(instead) for column in required - used} if len(instead) == 1 else {}


@dataclass(frozen=True)
class _Spelt:
    """Reads a row of the file.

    Args:
        others: columns of the format that the file has not, each to the one that it has instead.
        any_capitals: whether columns are found in any capitals.
    """

    inner: DatasetFormat
    others: Mapping[str, str]
    any_capitals: bool = False

    def __call__(self, row: Row) -> Sample:
        read = in_small_letters(row) if self.any_capitals else row
        try:
            return self.inner.convert(read)
        except RowError as error:
            raise RowError(self._in_the_file(error.field, row, read), error.what) from error

    def _in_the_file(self, field: str, row: Row, read: Row) -> str:
        """The place of an error as the file calls it."""
        column = _COLUMN.match(field).group()  # type: ignore[union-attr]  # matches always
        ours = column if column in read else self.others.get(column, column)
        theirs = next((written for written in row if _small(row, written) == ours), ours) if self.any_capitals else ours
        return theirs + field[len(column) :]
