"""Raw rows in pieces that the processes work on: all of them, or those that are drawn."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.data.formats import DatasetFormat, choose_format
from workbench.data.formats.images import picture_bytes
from workbench.data.prepare.report import DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.worker import NumberedRows, RawRows
from workbench.data.read import raw_rows
from workbench.data.sources import SourceFile
from workbench.data.stage_fit import refuse_unmeant_pairs
from workbench.errors import WorkbenchError

_ROWS_LOOKED_AT = 20
_ROWS_A_PIECE = 500
_CHARACTERS_A_PIECE = 4_000_000
"""So that rows as long as books do not wait by the hundred."""
_PICTURE_BYTES_A_PIECE = 16 * 1024**2


def pieces(request: PrepareRequest, files: Sequence[SourceFile], report: DataReport) -> Iterator[RawRows]:
    """All rows of all files, some at a time; what cannot be read is raised, or counted."""
    chosen = _drawn(request, files, report)
    position = 0
    for file in files:
        bad: list[WorkbenchError] | None = [] if request.bad_rows == "leave_out" else None
        kind: DatasetFormat | None = None
        for some in _in_pieces(raw_rows(file.path, bad, choice=file.choice)):
            if kind is None:
                kind, _reason = choose_format(file.choice, [row for _number, row in some[:_ROWS_LOOKED_AT]], file.path)
                refuse_unmeant_pairs(kind, file, request.stage)
                report.formats = list(dict.fromkeys([*report.formats, kind.name]))
            kept = some if chosen is None else [row for at, row in enumerate(some, position) if at in chosen]
            position += len(some)
            if kept:
                yield RawRows(file.path, kind, kept, file.picture_folders[0])
        report.count_bad([(error.where, error.what) for error in bad or ()])


def _in_pieces(rows: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[NumberedRows]:
    """Some rows at a time; where reading them ends in an error, those before it come first."""
    piece: NumberedRows = []
    picture_bytes_held = 0
    try:
        for row in rows:
            piece.append(row)
            picture_bytes_held += picture_bytes(row[1])
            is_heavy = picture_bytes_held > _PICTURE_BYTES_A_PIECE and len(piece) >= _ROWS_LOOKED_AT
            if is_heavy or len(piece) == _ROWS_A_PIECE:
                yield piece
                piece, picture_bytes_held = [], 0
    except WorkbenchError:
        if piece:
            yield piece
        raise
    if piece:
        yield piece


def _characters(value: Any) -> int:
    """About how much text a value holds."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_characters, value.values()))
    if not isinstance(value, list) or not value:
        return 8
    return 8 * len(value) if isinstance(value[0], int) else sum(map(_characters, value))


def _drawn(request: PrepareRequest, files: Sequence[SourceFile], report: DataReport) -> frozenset[int] | None:
    """Which of all rows to use; None for all of them."""
    if request.most_rows is None:
        return None
    ignored: list[WorkbenchError] | None = [] if request.bad_rows == "leave_out" else None
    total = sum(1 for file in files for _row in raw_rows(file.path, ignored, choice=file.choice))
    if total <= request.most_rows:
        return None
    report.left_out["not_drawn"] = total - request.most_rows
    return frozenset(random.Random(request.seed).sample(range(total), request.most_rows))


def expected_rows(files: Sequence[SourceFile]) -> int:
    """About how many rows there are, by the size of the first ones."""
    rows = raw_rows(files[0].path, [], choice=files[0].choice)
    first = [row for _number, row in itertools.islice(rows, _ROWS_LOOKED_AT)]
    size_of_row = max(len(json.dumps(first, ensure_ascii=False, default=str).encode()) / max(len(first), 1), 1)
    return round(sum(file.size for file in files) / size_of_row)
