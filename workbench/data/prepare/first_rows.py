"""The first rows of a training's data, made ready as the training will, without writing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.pieces import pieces
from workbench.data.prepare.report import DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.worker import EncodedRows, RawRows, RowEncoder, sample_of
from workbench.data.prepare.write import count_in, nothing_kept
from workbench.data.sources import SourceFile
from workbench.errors import WorkbenchError

_MOST_ROWS = 200
"""Of each file."""
_MOST_ROWS_IN_VAIN = 20_000
"""Of each file, as long as none of its rows can be trained."""


def look_at_first_rows(
    request: PrepareRequest, tokenizer: LightTokenizer | None, files: Sequence[SourceFile]
) -> DataReport | None:
    """Refuse what the preparing would refuse; what became of the rows if these are all, else None.

    Args:
        tokenizer: the model's; without it rows are only held against the stage.

    Raises:
        WorkbenchError: a row cannot be trained and such rows are not to be left out, or these are all rows and nothing
            of them can be trained.
    """
    report, is_all = DataReport(), True
    encoder = RowEncoder(request, tokenizer) if tokenizer else None
    for file in files:
        looked_at = 0
        for some in _few(pieces(replace(request, most_rows=None), [file], report)):
            if looked_at >= (_MOST_ROWS if report.kept else _MOST_ROWS_IN_VAIN):
                is_all = False
                break
            count_in(report, encoder.encode(some) if encoder else _held_against(request, some), request)
            looked_at += len(some.rows)
    if not files or not is_all:
        return None
    if not report.kept:
        raise nothing_kept(report, request)
    return report


def _few(some: Iterable[RawRows]) -> Iterator[RawRows]:
    """The same rows, fewer at a time."""
    for raw in some:
        for first in range(0, len(raw.rows), _MOST_ROWS):
            yield replace(raw, rows=raw.rows[first : first + _MOST_ROWS])


def _held_against(request: PrepareRequest, raw: RawRows) -> EncodedRows:
    """Rows without their tokens: whether the stage takes them, and whether anything in them is answered."""
    result = EncodedRows()
    for number, row in raw.rows:
        try:
            is_empty = sample_of(raw, number, row, request).is_empty
        except WorkbenchError as error:
            result.bad.append((error.what, error.where, error.fix))
            continue
        result.counts["no_answer" if is_empty else "kept"] += 1
    return result
