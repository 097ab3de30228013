"""A JSON file of one list or one object, read piece by piece however large it is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.data.readers.json_lines import json_lines
from workbench.data.readers.json_rows import as_row, bad_value
from workbench.data.readers.json_values import ValueProblemError
from workbench.data.readers.problems import Bad, place, refuse
from workbench.data.readers.stream import opened_text
from workbench.data.readers.window import Window
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _

Rows = Iterator[tuple[int, dict[str, Any]]]
ROW_LISTS = ("data", "train", "rows", "examples", "samples", "instances", "items", "records", "dataset")
"""Names under which an object may hold the list of rows."""
_TWO_OBJECTS = re.compile(r"\{[^\n]*\}\s*\n\s*\{")


def json_document(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Rows:
    """Rows with their positions from 1; of a file with an object a line, rows with their line numbers.

    An object is one row, unless it holds a list of objects under one of `ROW_LISTS`: then these are the rows.
    """
    with opened_text(path, packed) as stream:
        window = Window(path, stream)
        first = window.next_sign()
        if first == "{" and _TWO_OBJECTS.match(window.rest()):
            yield from json_lines(path, packed, bad, notes)
            return
        if first == "[":
            yield from _list_rows(path, window, bad)
        elif first == "{":
            yield from _object_rows(path, window, bad, notes)
        elif first:
            yield from _next_row(path, 1, window, bad)
        window.require_end()


def _list_rows(path: Path, window: Window, bad: Bad | None) -> Rows:
    """The rows of the list that comes next."""
    window.require("[")
    if window.next_sign() == "]":
        window.require("]")
        return
    for number in itertools.count(1):
        yield from _next_row(path, number, window, bad)
        if window.require(",", "]") == "]":
            return


def _next_row(path: Path, number: int, window: Window, bad: Bad | None) -> Rows:
    """The row that comes next, unless it is bad."""
    try:
        row = as_row(window.value())
    except ValueProblemError as problem:
        refuse(bad, bad_value(path, number, problem))
    else:
        yield number, row


def _object_rows(path: Path, window: Window, bad: Bad | None, notes: list[str]) -> Rows:
    """The object that comes next, or the rows in it."""
    columns = _Columns(window)
    holder = None
    for name in columns:
        if holder is None and name in ROW_LISTS and window.begins_rows():
            holder = name
            notes.append(_("its rows are in the list {name}").format(name=name))
            yield from _list_rows(path, window, bad)
        else:
            columns.read(name)
        if holder is not None and columns.lists:
            raise _several_lists(path, [holder, *columns.lists])
    if holder is not None:
        return
    if columns.problem is None:
        yield 1, columns.values
    else:
        refuse(bad, bad_value(path, 1, columns.problem))


class _Columns:
    """What an object has been seen to hold. ``lists``: names of those columns that are lists of objects."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.values: dict[str, Any] = {}
        self.lists: list[str] = []
        self.problem: ValueProblemError | None = None

    def __iter__(self) -> Iterator[str]:
        """The names, each when the value behind it comes next."""
        self._window.require("{")
        if self._window.next_sign() == "}":
            self._window.require("}")
            return
        while True:
            self._window.require_name()
            name = str(self._window.value())
            self._window.require(":")
            yield name
            if self._window.require(",", "}") == "}":
                return

    def read(self, name: str) -> None:
        """Take in the value that comes next; what is wrong with it stays in ``problem``."""
        try:
            value = self._window.value()
        except ValueProblemError as problem:
            self.problem = ValueProblemError(problem.what, f"{name}.{problem.field}".rstrip(".").replace(".[", "["))
            return
        if name in self.values:
            self.problem = ValueProblemError(_("the same name stands twice in one object"), name)
        self.values[name] = value
        if isinstance(value, list) and value and isinstance(value[0], dict):
            self.lists.append(name)


def _several_lists(path: Path, names: list[str]) -> WorkbenchError:
    return WorkbenchError(
        _("The file holds several lists of rows: {names}.").format(names=listed(names)),
        where=place(path),
        fix=_("Put the list that is meant into a file of its own."),
    )
