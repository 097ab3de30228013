"""Columns as a file spells them: in other capitals than ours, or by another of the names that a format has for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.data.conversation import Sample
from workbench.data.formats.row import DatasetFormat, Row, RowError, columns
from workbench.data.wording import listed
from workbench.i18n import _

_COLUMN = re.compile(r"[^.\[]*")
_MESSAGE_KEY = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")
_MESSAGE_COLUMNS = columns("messages conversations conversation prompt chosen rejected")


def in_small_letters(row: Row) -> dict[str, Any]:
    """The row with its columns, and the keys of its messages, named in small letters.

    A name that is there in small letters already, or twice in other capitals, stays as it is.
    """
    small = _keys_small(row)
    for column in _MESSAGE_COLUMNS.intersection(small):
        small[column] = _messages_small(small[column])
    return small


def _messages_small(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return value
    return [_keys_small(message) if isinstance(message, Mapping) else message for message in value]


def _keys_small(row: Row) -> dict[str, Any]:
    times = Counter(map(_small, row))
    return {(small if times[small := _small(key)] == 1 else key): value for key, value in row.items()}


def _small(key: Any) -> Any:
    return key.lower() if isinstance(key, str) else key


def as_spelt(known: DatasetFormat, rows: Sequence[Row]) -> DatasetFormat:
    """The format for a file with these first rows, with errors that name the file's columns.

    Capitals count for nothing if no row can be read as the format spells its columns and keys.
    """
    used = next((found for row in rows if (found := known.columns_in(row))), None)
    small = [in_small_letters(row) for row in rows]
    if used is not None and (can_read(known, rows) or not can_read(known, small)):
        return replace(known, convert=_Spelt(known, _others(known, used))) if known.spellings else known
    used = next((found for row in small if (found := known.columns_in(row))), None)
    if used is None:
        return known
    spelt = frozenset(_columns_written_otherwise(known, rows))
    return replace(
        known, convert=_Spelt(known, _others(known, used), any_capitals=True), optional=known.optional | spelt
    )


def takes_any_capitals(spelt: DatasetFormat) -> bool:
    """Whether capitals count for nothing in a format as `as_spelt` gives it."""
    return isinstance(spelt.convert, _Spelt) and spelt.convert.any_capitals


def can_read(known: DatasetFormat, rows: Sequence[Row]) -> bool:
    """Whether the format can read one of the rows."""
    return any(is_read(known, row) for row in rows if known.columns_in(row))


def is_read(known: DatasetFormat, row: Row) -> bool:
    """Whether the format can read a row."""
    try:
        known.convert(row)
    except RowError:
        return False
    return True


def about_capitals(known: DatasetFormat, rows: Sequence[Row]) -> str:
    """What to say of columns, and keys of messages, in other capitals."""
    names = _columns_written_otherwise(known, rows)
    names += dict.fromkeys(key for row in rows for key in _message_keys(row) if _small(key) != key)
    return _("in the file they are written {columns}").format(columns=listed(names))


def _columns_written_otherwise(known: DatasetFormat, rows: Sequence[Row]) -> list[str]:
    """The columns that the format reads once their capitals are made small, as the rows have them."""
    read = known.all_columns
    renamed = dict.fromkeys(column for row in rows for column in row if column not in _keys_small(row))
    return [column for column in renamed if _small(column) in read]


def _message_keys(row: Row) -> Iterator[str]:
    """The keys of the first message of each column of messages."""
    for column, value in row.items():
        first = value[0] if _small(column) in _MESSAGE_COLUMNS and isinstance(value, list | tuple) and value else None
        if isinstance(first, Mapping):
            yield from (key for key in first if isinstance(key, str))


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
        any_capitals: whether columns and keys of messages are found in any capitals.
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
        if not self.any_capitals:
            return ours + field[len(column) :]
        theirs = _as_written(row, ours)
        inside = _MESSAGE_KEY.fullmatch(field)
        if inside is None:
            return theirs + field[len(column) :]
        message = row[theirs][int(inside[2])]
        key = _as_written(message, inside[3]) if isinstance(message, Mapping) else inside[3]
        return f"{theirs}[{inside[2]}].{key}"


def _as_written(row: Row, name: str) -> str:
    """A column or key as a row spells it."""
    return next((written for written in row if written == name), None) or next(
        (written for written in row if _small(written) == name), name
    )
