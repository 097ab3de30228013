"""What becomes of each field of a config: carried, carried with a change, or left out with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.configs.xtuner.values import Place, Settings, Unreadable, Value, as_text, inner_values
from workbench.i18n import N_, _

NO_COUNTERPART = N_("has no counterpart; nothing is lost")
_ASSIGNMENT = re.compile(r"^\w+ *=(?!=) *")
UNKNOWN = N_("workbench has no such setting")


@dataclass(frozen=True)
class LeftOut:
    """Why a field that is known is not carried.

    Args:
        reason: one clause, translated when it is used.
        matters: whether training differs without it.
        usual: values that change nothing; with one of them there is nothing to say.
    """

    reason: str = NO_COUNTERPART
    matters: bool = False
    usual: tuple[Any, ...] = ()

    def is_usual(self, value: Value) -> bool:
        """Whether the value is one that changes nothing."""
        return any(value == usual and type(value) is type(usual) for usual in self.usual)


@dataclass(frozen=True)
class NotCarried:
    """A field that has no place in the new config.

    Args:
        field: its dotted name in the source.
        file: the file that has it.
        row: where it stands in the file, if that is known.
        value: as the source has it, in one short line.
        reason: one clause in the current language.
        matters: whether training differs without it.
    """

    field: str
    file: Path
    row: int | None
    value: str
    reason: str
    matters: bool


@dataclass(frozen=True)
class Carried:
    """A field of the new config: its value, where that comes from, and what was changed on the way (or nothing)."""

    field: str
    value: Any
    source: str
    note: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why the config is not written: a field of ours that cannot be filled."""

    field: str
    reason: str
    place: str = ""


@dataclass
class Report:
    """Collects what becomes of the fields of one config."""

    file: Path
    carried: dict[str, Carried] = field(default_factory=dict)
    not_carried: list[NotCarried] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    _told: list[Unreadable] = field(default_factory=list)

    def carry(self, name: str, value: Any, source: str, note: str = "") -> None:
        """Give a field of ours a value; the first that is given stays."""
        self.carried.setdefault(name, Carried(name, value, source, note))

    def value_of(self, name: str, default: Any = None) -> Any:
        """What a field of ours has got so far."""
        return self.carried[name].value if name in self.carried else default

    def leave(self, name: str, value: Value, place: Place | None, reason: str, *, matters: bool = True) -> None:
        """Note a field that is not carried. ``reason`` is translated here."""
        unreadable = [inner for inner in (value, *_inner(value)) if isinstance(inner, Unreadable)]
        if unreadable:
            self._told.extend(unreadable)
            reason, matters = unreadable[0].reason, True
        file, row = (place.file, place.row) if place else (self.file, None)
        entry = NotCarried(name, file, row, _shown(value), _(reason), matters)
        if entry not in self.not_carried:
            self.not_carried.append(entry)

    def refuse(self, name: str, reason: str, place: Place | None = None) -> None:
        """Note that a field of ours that training needs cannot be filled."""
        self.refusals.append(Refusal(name, reason, str(place) if place else str(self.file)))

    def leave_unread(self, unread: Iterable[Unreadable], names: Iterable[Value]) -> None:
        """Note what has no value and was not named as part of a field; a name that no field takes changes nothing.

        Args:
            names: the values of all names that the config defines.
        """
        values_of_names = [value for value in names if isinstance(value, Unreadable)]
        for value in unread:
            if any(value is told for told in self._told):
                continue
            matters = not any(value is other for other in values_of_names)
            row = _("row {row}").format(row=value.place.row)
            entry = NotCarried(row, value.place.file, value.place.row, value.source, value.reason, matters)
            if entry not in self.not_carried:
                self.not_carried.append(entry)


class Part:
    """One dict of a config under its dotted name; whatever is read of it is crossed off."""

    def __init__(self, report: Report, name: str, values: Settings) -> None:
        self.report = report
        self.name = name
        self.values = values
        self._read = {"type"}

    def full_name(self, key: str) -> str:
        """The dotted name of an entry."""
        return f"{self.name}.{key}" if self.name else key

    def place(self, key: str) -> Place | None:
        """Where an entry stands."""
        return self.values.places.get(key)

    def raw(self, key: str) -> Value:
        """An entry as it is, crossed off; None if there is none."""
        self._read.add(key)
        return self.values.get(key)

    def read(self, key: str, kind: type[Any] | tuple[type[Any], ...]) -> Any:
        """An entry of a kind, crossed off; None if there is none, or one of another kind, which is noted."""
        value = self.raw(key)
        if value is None or _is_of(value, kind):
            return value
        self.leave(key, N_("is not of the kind that is expected here"))
        return None

    def carry(self, key: str, name: str, kind: type[Any] | tuple[type[Any], ...], *, absent: Any = None) -> None:
        """Carry an entry of a kind over to a field of ours as it is.

        Args:
            absent: what the source means where it has no such entry, unless that is our default.
        """
        value = self.read(key, kind) if self.values.get(key) is not None else absent
        self._read.add(key)
        if isinstance(value, list | tuple) and not all(_is_of(inner, (str, int, float)) for inner in value):
            self.leave(key, N_("is not of the kind that is expected here"))
        elif value is not None:
            self.report.carry(name, list(value) if isinstance(value, tuple) else value, self.full_name(key))

    def part(self, key: str) -> Part | None:
        """A dict in this one; None if there is none, and if it is something else, which is noted."""
        value = self.read(key, Settings)
        return Part(self.report, self.full_name(key), value) if value is not None else None

    def leave(self, key: str, reason: str = UNKNOWN, *, matters: bool = True) -> None:
        """Note an entry that is not carried."""
        self._read.add(key)
        self.report.leave(self.full_name(key), self.values.get(key), self.place(key), reason, matters=matters)

    def leave_rest(self, known: Mapping[str, LeftOut] | None = None) -> None:
        """Note everything that was not read, each entry with the reason that is known for it."""
        for key, value in self.values.items():
            if key in self._read:
                continue
            self._read.add(key)
            left = (known or {}).get(key)
            if left is None:
                self.leave(key, UNKNOWN)
            elif isinstance(value, Unreadable) or not left.is_usual(value):
                self.leave(key, left.reason, matters=left.matters)


def _shown(value: Value) -> str:
    """A value in one line, without the name that its row in the file gives it."""
    return _ASSIGNMENT.sub("", value.source).rstrip(",") if isinstance(value, Unreadable) else as_text(value)


def _inner(value: Value) -> Iterator[Value]:
    return (inner for _name, inner in inner_values(value))


def _is_of(value: Value, kind: type[Any] | tuple[type[Any], ...]) -> bool:
    """Whether a value is of a kind; true and false are no numbers."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return bool in kinds if isinstance(value, bool) else isinstance(value, kinds)
