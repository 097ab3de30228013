"""What the text of an XTuner config stands for, as plain data: nothing here was ever run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from workbench.text import printable

_SHOWN_CHARACTERS = 80
_SHOWN_ITEMS = 8
_SHOWN_DEPTH = 3

Value: TypeAlias = Any
"""A constant, list, tuple, `Settings`, `Reference`, `OwnFunction` or `Unreadable`."""


class Place(NamedTuple):
    """A row of a file; rows count from 1."""

    file: Path
    row: int

    def __str__(self) -> str:
        return f"{self.file}:{self.row}"


class Settings(dict[str, Value]):
    """A ``dict(...)`` of the config, or all names of a file, that knows where each of its entries stands."""

    def __init__(self, entries: dict[str, Value] | None = None, places: dict[str, Place] | None = None) -> None:
        super().__init__(entries or {})
        self.places: dict[str, Place] = dict(places or {})

    def put(self, key: str, value: Value, place: Place) -> None:
        """Set an entry that stands at a place."""
        self[key] = value
        self.places[key] = place

    def take_over(self, other: dict[str, Value], place: Place) -> None:
        """Set all entries of another; those without a place of their own stand at ``place``."""
        places = other.places if isinstance(other, Settings) else {}
        for key, value in other.items():
            self.put(key, value, places.get(key, place))

    def copied(self) -> Settings:
        """A dict of its own with the same entries."""
        return Settings(self, self.places)


@dataclass(frozen=True)
class Reference:
    """A class, function or constant of a package, by its full name such as ``torch.float16``."""

    path: str

    @property
    def name(self) -> str:
        """The last part, without the constructors that Hugging Face's classes are loaded by."""
        return self.path.removesuffix(".from_pretrained").removesuffix(".load").rpartition(".")[2]

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class OwnFunction:
    """A function or class that a Python file of the user defines; it is known by name only."""

    name: str
    place: Place

    def __str__(self) -> str:
        return f"{self.place.file.name}:{self.name}"


@dataclass(frozen=True)
class Unreadable:
    """What is not a value that can be read off the text.

    Args:
        place: where it stands.
        source: the row as it is written, cut to a width.
        reason: why it has no value, one clause in the current language.
    """

    place: Place
    source: str
    reason: str


@dataclass
class Source:
    """The text of one file of a config."""

    file: Path
    lines: list[str] = field(default_factory=list)

    def row(self, number: int) -> str:
        """A row as it is written, without its indent."""
        return shortened(self.lines[number - 1].strip()) if number <= len(self.lines) else ""


def type_name(value: Value) -> str:
    """The name of what a ``dict(type=…)`` makes; empty if it names nothing."""
    kind: Value = value.get("type") if isinstance(value, dict) else value
    if isinstance(kind, Reference | OwnFunction):
        return kind.name
    return Reference(kind).name if isinstance(kind, str) else ""


def template_name(value: Value) -> str | None:
    """The name of a dialogue format by what a config calls it."""
    path = value if isinstance(value, str) else value.path if isinstance(value, Reference) else ""
    return path.rpartition(".")[2] if "PROMPT_TEMPLATE." in path else None


def inner_values(value: Value) -> Iterator[tuple[str, Value]]:
    """Everything inside a value with its dotted name, each container once, whatever refers to it."""
    seen = {id(value)}
    waiting = [("", value)]
    while waiting:
        name, container = waiting.pop()
        for key, inner in _entries(container):
            inner_name = f"{name}.{key}" if name else key
            yield inner_name, inner
            if id(inner) not in seen and isinstance(inner, dict | list | tuple):
                seen.add(id(inner))
                waiting.append((inner_name, inner))


def _entries(container: Value) -> list[tuple[str, Value]]:
    if isinstance(container, dict):
        return [(str(key), value) for key, value in container.items()]
    return [(str(index), value) for index, value in enumerate(container)] if isinstance(container, list | tuple) else []


def as_text(value: Value, depth: int = 0) -> str:
    """A value in one short line, as a config would write it."""
    if isinstance(value, Unreadable):
        return value.source
    if isinstance(value, Reference | OwnFunction):
        return str(value)
    if not isinstance(value, dict | list | tuple):
        return shortened(repr(value))
    if depth == _SHOWN_DEPTH:
        return "…"
    return shortened(_container_text(value, depth + 1))


def _container_text(value: Value, depth: int) -> str:
    if isinstance(value, dict) and type_name(value):
        return f"dict(type={type_name(value)}" + (", …)" if len(value) > 1 else ")")
    if isinstance(value, dict):
        parts = [f"{key}={as_text(inner, depth)}" for key, inner in list(value.items())[:_SHOWN_ITEMS]]
    else:
        parts = [as_text(inner, depth) for inner in value[:_SHOWN_ITEMS]]
    if len(value) > _SHOWN_ITEMS:
        parts.append("…")
    opening, closing = (
        ("dict(", ")") if isinstance(value, dict) else ("[", "]") if isinstance(value, list) else ("(", ")")
    )
    return opening + ", ".join(parts) + closing


def shortened(text: str) -> str:
    """The text in one line, cut to what a table has room for."""
    text = printable(" ".join(text[: 4 * _SHOWN_CHARACTERS].split()))
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
