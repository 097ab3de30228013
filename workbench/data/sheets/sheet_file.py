"""The file that made rows go into: a JSON list, or JSON lines, which is only ever added to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError, system_reason
from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.text import printable

Row = dict[str, Any]
_LINES = (".jsonl", ".ndjson")
_PICTURES_LOOKED_AT = 100


@dataclass(frozen=True)
class Appended:
    """What became of some rows: ``added``, or ``known`` because the same row stood there; ``total``: rows now."""

    added: int
    known: int
    total: int


def check_sheet(path: Path, image_folder: Path | None = None) -> None:
    """Raise if rows cannot be added to this file.

    Args:
        image_folder: what the pictures of the rows to add count from; None if they have none.

    Raises:
        WorkbenchError: it is a folder, has no ending of JSON, holds something else, or rows whose pictures count from
            another folder: no single image folder would find all of them.
    """
    rows = _rows_of(path)
    names = [name for row in rows if isinstance(name := row.get("image"), str) and name][:_PICTURES_LOOKED_AT]
    if image_folder is not None and names and not any((image_folder / name).exists() for name in names):
        raise WorkbenchError(
            _(
                "The pictures of this file's rows do not count from {folder}, as those of the new rows would: {name}"
            ).format(folder=image_folder.resolve(), name=printable(names[0])),
            where=str(path),
            fix=_("Name another file for the new rows."),
        )


def append_rows(path: Path, rows: Sequence[Row]) -> Appended:
    """Add rows to a file, made with the first of them; rows that it has already are not added again.

    An ``id`` that another row has gets a number behind it.

    Raises:
        WorkbenchError: the file is no list of rows, or cannot be written; it is as it was then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):
            return _append(path, rows)
    except OSError as error:
        raise WorkbenchError(
            _("The dataset cannot be written: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error


def _append(path: Path, rows: Sequence[Row]) -> Appended:
    present = _rows_of(path)
    same = {_without_id(row) for row in present}
    ids = {str(row["id"]) for row in present if "id" in row}
    added: list[Row] = []
    for row in rows:
        if _without_id(row) in same:
            continue
        same.add(_without_id(row))
        added.append(_with_own_id(row, ids))
    if added:
        write_atomic(path, _text(path, [*present, *added]))
    return Appended(len(added), len(rows) - len(added), len(present) + len(added))


def _with_own_id(row: Row, ids: set[str]) -> Row:
    if "id" not in row:
        return row
    wanted = chosen = str(row["id"])
    number = 1
    while chosen in ids:
        number += 1
        chosen = f"{wanted}#{number}"
    ids.add(chosen)
    return {**row, "id": chosen}


def _without_id(row: Row) -> str:
    return json.dumps({name: value for name, value in row.items() if name != "id"}, sort_keys=True)


def _text(path: Path, rows: list[Row]) -> str:
    if path.suffix in _LINES:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _rows_of(path: Path) -> list[Row]:
    if not path.name or path.is_dir() or path.suffix not in {".json", *_LINES}:
        raise WorkbenchError(
            _("The output must be a file that ends in .json or .jsonl."),
            where=str(path),
            fix=_("For example: {path}").format(path="sheet.json"),
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = _parsed(path, text)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise _no_rows(path, str(error)) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _no_rows(path, _("it is no list of objects"))
    return rows


def _parsed(path: Path, text: str) -> Any:
    if path.suffix in _LINES:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    return json.loads(text)


def _no_rows(path: Path, reason: str) -> WorkbenchError:
    return WorkbenchError(
        _("Rows cannot be added to this file: {reason}").format(reason=reason),
        where=str(path),
        fix=_("Mend it, or name another file."),
    )
