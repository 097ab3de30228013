"""A dataset format, a row of it, and reading a row's fields with errors that name them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.data.conversation import Conversation, Sample, Turn
from workbench.i18n import _
from workbench.text import printable

Row = Mapping[str, Any]
_SHOWN_CHARACTERS = 40


class RowError(Exception):
    """A row is not what its format says. ``field``: where in the row, as ``messages[3].content``."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(what)
        self.field = field
        self.what = what


@dataclass(frozen=True)
class DatasetFormat:
    """One format.

    Args:
        columns: those a row must have.
        about: one phrase, translated later.
        example: a row of it.
        recognised: whether it is chosen by looking; others must be named.
        optional: columns it reads beyond those.
        spellings: sets of columns that may stand for ``columns``.
        mark: tells a row of this format from rows of others with the same columns.
        because: what the mark is, one phrase, translated later.
    """

    name: str
    columns: frozenset[str]
    convert: Callable[[Row], Sample]
    about: str
    example: dict[str, Any]
    recognised: bool = True
    optional: frozenset[str] = frozenset()
    spellings: tuple[frozenset[str], ...] = ()
    mark: Callable[[Row], bool] | None = None
    because: str = ""

    def columns_in(self, row: Row) -> frozenset[str] | None:
        """The set of required columns that the row has; None if it has none of the sets."""
        return next((needed for needed in (self.columns, *self.spellings) if needed <= row.keys()), None)

    @property
    def all_columns(self) -> frozenset[str]:
        """Every column it reads, in any spelling."""
        return self.columns.union(self.optional, *self.spellings)


def columns(names: str) -> frozenset[str]:
    """Column names written with spaces between them."""
    return frozenset(names.split())


def missing(field: str) -> RowError:
    """What to raise for a field that is not there."""
    return RowError(field, _("the field {name} is missing").format(name=field.rpartition(".")[2]))


def absent(row: Row, name: str, field: str) -> RowError:
    """What to raise for a field that is not there, or null. ``name``: its name in the row."""
    return RowError(field, _("the field is null, and needs a value")) if name in row else missing(field)


def text_of(row: Row, field: str, default: str | None = None, inside: str = "") -> str:
    """A text column of a row; null counts as missing. ``inside``: where in the row the column is, for errors."""
    value = row.get(field)
    if value is None:
        if default is None:
            raise absent(row, field, inside + field)
        return default
    return as_text(value, inside + field)


def as_text(value: Any, place: str) -> str:
    """The value, which must be text."""
    if isinstance(value, str):
        return value
    raise RowError(place, _("the field must be text, not {kind}").format(kind=type(value).__name__))


def as_list(value: Any, place: str) -> list[Any]:
    """The value, which must be a list."""
    if isinstance(value, list | tuple):
        return list(value)
    raise RowError(place, _("the field must be a list, not {kind}").format(kind=type(value).__name__))


def as_object(value: Any, place: str) -> Row:
    """The value, which must be an object."""
    if isinstance(value, Mapping):
        return value
    raise RowError(place, _("the field must be an object, not {kind}").format(kind=type(value).__name__))


def json_text(value: Any, place: str) -> str:
    """The value as JSON text."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise RowError(place, _("the field cannot be written as JSON")) from error


def parsed_json(text: str, place: str) -> Any:
    """The value of a JSON text."""
    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        raise RowError(place, _("the text is not JSON")) from error


def _no_json(name: str) -> None:
    """NaN and Infinity, which Python reads but JSON does not have."""
    raise ValueError(name)


def shown(value: Any) -> str:
    """A value of the row inside a sentence: short, without control characters."""
    if value is None:
        return "null"
    if not isinstance(value, str):
        return type(value).__name__
    short = value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…"
    return printable(short).replace("\n", " ")


def exchange(question: str, answer: str, system: str = "", *, places: tuple[str, str]) -> Conversation:
    """One question and its answer. ``places``: where the two stand in the row."""
    asked, answered = places
    turns = (Turn("user", question, place=asked), Turn("assistant", answer, place=answered))
    return Conversation((*system_turn(system), *turns))


def system_turn(text: str, place: str = "system") -> tuple[Turn, ...]:
    """The system turn of a text; none if it is empty."""
    return (Turn("system", text, place=place),) if text else ()
