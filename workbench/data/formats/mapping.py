"""Columns under other names: which of the data's columns stands for which of ours, with no code to write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.data.conversation import Conversation, Sample, Turn
from workbench.data.formats.images import IMAGE_COLUMNS, row_images, with_images
from workbench.data.formats.numbers import taking_numbers
from workbench.data.formats.recognise import recognise
from workbench.data.formats.row import DatasetFormat, Row, RowError, columns, missing, system_turn, text_of
from workbench.data.formats.table import FORMATS
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import N_, _

_WHERE = "dataset_columns"
OWN_COLUMNS = "columns"
"""The name of the format of one exchange in columns of the user's own."""


def _one_exchange(row: Row) -> Conversation:
    question = (*system_turn(text_of(row, "system", "")), Turn("user", text_of(row, "user"), place="user"))
    answer = Turn("assistant", text_of(row, "assistant"), place="assistant")
    return Conversation((*with_images(question, row_images(row)), answer))


_ONE_EXCHANGE = taking_numbers(
    DatasetFormat(
        OWN_COLUMNS,
        columns("user assistant"),
        _one_exchange,
        N_("one question and its answer, in columns of your own"),
        {"user": "1+1?", "assistant": "2"},
        optional=columns("system") | IMAGE_COLUMNS,
    )
)


@dataclass(frozen=True)
class _Mapped:
    """Reads a row with some columns found elsewhere. Errors and turns name the data's own columns."""

    inner: DatasetFormat
    sources: Mapping[str, str]

    def __call__(self, row: Row) -> Sample:
        try:
            sample = self.inner.convert({**row, **_found(row, self.sources)})
        except RowError as error:
            raise RowError(self._in_the_data(error.field), error.what) from error
        if not isinstance(sample, Conversation):
            return sample
        return replace(sample, turns=self._told(sample.turns), rejected=self._told(sample.rejected))

    def _told(self, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
        return tuple(replace(turn, place="+".join(map(self._in_the_data, turn.place.split("+")))) for turn in turns)

    def _in_the_data(self, field: str) -> str:
        """The place of an error as the data calls it."""
        column, rest = re.match(r"([^.\[]*)(.*)", field, re.DOTALL).groups()  # type: ignore[union-attr]
        return self.sources.get(column, column) + rest


def with_columns(known: DatasetFormat, sources: Mapping[str, str]) -> DatasetFormat:
    """A format that finds some of its columns under other names.

    Raises:
        WorkbenchError: the format has no column of a name.
    """
    _check_names(sources, known.all_columns)
    return replace(known, convert=_Mapped(known, sources))


def recognise_columns(sources: Mapping[str, str], rows: Sequence[Row]) -> tuple[DatasetFormat, str]:
    """The format that goes with some columns of ours, and the reason.

    Raises:
        WorkbenchError: a column is of no format, or no format has these columns.
    """
    reason = _("dataset_columns names {columns}").format(columns=listed(list(sources)))
    if sources.keys() & _ONE_EXCHANGE.columns:
        _check_names(sources, _ONE_EXCHANGE.all_columns)
        _check_all_named(sources)
        return with_columns(_ONE_EXCHANGE, sources), reason
    _check_names(sources, _ONE_EXCHANGE.all_columns.union(*(known.all_columns for known in FORMATS)))
    found = recognise([mapped for row in rows if (mapped := _found_or_none(row, sources)) is not None])
    if found is None:
        raise WorkbenchError(
            _("No format goes with these columns: {columns}.").format(columns=listed(list(sources))),
            where=_WHERE,
            fix=_("Compare them with 'workbench data list-formats', or name the format too: dataset_format."),
        )
    return replace(found[0], convert=_Mapped(found[0], sources)), f"{reason}; {found[1]}"


def _check_names(sources: Mapping[str, str], known: frozenset[str]) -> None:
    for name in sources:
        if name not in known:
            raise WorkbenchError(
                _("There is no column {name} to fill.").format(name=name),
                where=f"{_WHERE}.{name}",
                fix=_("Did you mean {names}?").format(names=listed(nearest(name, known) or sorted(known))),
            )


def _check_all_named(sources: Mapping[str, str]) -> None:
    absent = sorted(_ONE_EXCHANGE.columns - sources.keys())
    if absent:
        raise WorkbenchError(
            _("A question and its answer need the column {names} as well.").format(names=listed(absent)),
            where=_WHERE,
            fix=_("Say which column of the data it is."),
        )


def _found(row: Row, sources: Mapping[str, str]) -> dict[str, Any]:
    """Our columns of a row.

    Raises:
        RowError: the row has no column of a name, which is given.
    """
    return {ours: _value_at(row, path) for ours, path in sources.items()}


def _found_or_none(row: Row, sources: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        return _found(row, sources)
    except RowError:
        return None


def _value_at(row: Row, path: str) -> Any:
    """The value of a column, or of one inside it: ``answers.0.text``."""
    if path in row:
        return row[path]
    value: Any = row
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and len(part) < 9 and int(part) < len(value):
            value = value[int(part)]
        else:
            raise missing(path)
    return value
