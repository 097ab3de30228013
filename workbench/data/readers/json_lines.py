"""JSON Lines: a row a line, read one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.data.readers.json_rows import as_row, bad_value, not_json
from workbench.data.readers.json_values import ValueProblemError, is_cut, parsed, reason_of
from workbench.data.readers.problems import (
    MOST_CHARACTERS,
    Bad,
    cut_off,
    not_utf8,
    place,
    refuse,
    to_next_line,
    too_long,
)
from workbench.data.readers.stream import opened_text
from workbench.errors import WorkbenchError
from workbench.i18n import _


def json_lines(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows with the numbers of their lines; empty lines are passed over."""
    with opened_text(path, packed) as stream:
        number = 0
        while line := stream.readline(MOST_CHARACTERS + 1):
            number += 1
            try:
                if len(line) > MOST_CHARACTERS:
                    to_next_line(stream)
                    raise too_long(path, number)
                row = _row(path, number, line) if line.strip() else None
            except WorkbenchError as error:
                refuse(bad, error)
            else:
                if row is not None:
                    yield number, row


def _row(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        return as_row(parsed(line.decode().rstrip()))
    except UnicodeDecodeError as error:
        raise not_utf8(path, number, line, error) from error
    except json.JSONDecodeError as error:
        if error.doc[error.pos :].strip() == ",":
            raise _comma_behind(path, number, error) from error
        if not is_cut(error):
            raise not_json(path, reason_of(error), number, error.colno) from error
        if not line.endswith(b"\n"):
            raise cut_off(path, number) from error
        reason = _("the row does not end on its line, as it must in JSON Lines")
        raise not_json(path, reason, number, error.colno) from error
    except ValueProblemError as problem:
        fix = _about_lists() if line.lstrip().startswith(b"[") else None
        raise bad_value(path, number, problem, fix) from problem


def _comma_behind(path: Path, number: int, error: json.JSONDecodeError) -> WorkbenchError:
    return WorkbenchError(
        _("A comma stands behind the row; in JSON Lines nothing does."),
        where=place(path, number, error.pos + 1),
        fix=_("Remove the comma at the end of every line: sed 's/,[[:space:]]*$//' OLD > NEW"),
    )


def _about_lists() -> str:
    return _("If the list holds the rows, let the file's name end in .json; else write one object a line.")
