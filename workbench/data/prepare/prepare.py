"""Prepare data: from a request to samples on disk, or to those that an equal request has left there."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.data.arrow_folder import ArrowFolderWriter
from workbench.data.encode import Tokenizer
from workbench.data.formats import DatasetFormat, choose_format
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.cache import cache_folder, key_of, make_room
from workbench.data.prepare.processes import in_processes, usable_cores
from workbench.data.prepare.report import PLACES_KEPT, DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import Record, TokenStore, is_prepared, write_record
from workbench.data.prepare.worker import EncodedRows, NumberedRows, RawRows, RowEncoder, begin, encode_here
from workbench.data.read import raw_rows
from workbench.data.sources import SourceFile
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.file_lock import locked
from workbench.i18n import _, current_language

OnProgress = Callable[[int, int], None]
"""Is told how many rows are done, and of about how many."""
_ROWS_LOOKED_AT = 20
_ROWS_A_PIECE = 500
_BYTES_WORTH_PROCESSES = 4 * 1024**2


def prepared(request: PrepareRequest, tokenizer: Any, on_progress: OnProgress | None = None) -> TokenStore:
    """The samples of a request, made now or by an earlier run.

    Args:
        tokenizer: a `LightTokenizer` or one of transformers.

    Raises:
        WorkbenchError: data is missing or damaged, or nothing of it can be trained.
    """
    light = LightTokenizer.of(tokenizer)
    files = request.files()
    template = get_template(request.template, light or tokenizer)
    folder = cache_folder() / key_of(request, files, repr(template), tokenizer_digest(light or tokenizer))
    folder.mkdir(parents=True, exist_ok=True)
    samples = folder / "samples"
    with locked(folder):
        if not is_prepared(samples):
            prepare_into(samples, request, light or tokenizer, files, on_progress)
            make_room(keep=folder)
    os.utime(folder)
    return TokenStore(samples)


def tokenizer_digest(tokenizer: Any) -> str:
    """What tells two tokenizers apart, in short."""
    light = LightTokenizer.of(tokenizer)
    # one whose rules are code is known by the name of what it was loaded from
    text = repr(light.facts) if light else f"{type(tokenizer).__name__}\0{tokenizer.name_or_path}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def prepare_into(
    folder: Path,
    request: PrepareRequest,
    tokenizer: Tokenizer,
    files: Sequence[SourceFile],
    on_progress: OnProgress | None = None,
    processes: int | None = None,
) -> DataReport:
    """Write the samples of a request into a folder, which appears when it is complete.

    Args:
        processes: how many work on it; None is one for each core where the data is worth it. The result is the same.

    Raises:
        WorkbenchError: see `prepared`.
    """
    import pyarrow as pa

    report = DataReport()
    expected = _expected_rows(files) if on_progress else 0
    columns = pa.list_(pa.int32())
    with ArrowFolderWriter(folder, pa.schema({"input_ids": columns, "labels": columns})) as writer:
        for result in _encoded(_pieces(request, files, report), request, tokenizer, _processes(files, processes)):
            _count(report, result, request)
            if result.lengths:
                writer.write(_batch(result))
            if on_progress:
                on_progress(report.read, max(expected, report.read))
        report.read += report.left_out.get("not_drawn", 0)
        if not report.kept:
            raise nothing_to_train(request)
    write_record(
        folder,
        Record(
            template=request.template,
            max_length=request.max_length,
            tokenizer=tokenizer_digest(tokenizer),
            report=report,
        ),
    )
    return report


def nothing_to_train(request: PrepareRequest) -> WorkbenchError:
    """What to raise if no row is left."""
    return WorkbenchError(
        _("No row has anything to train on."),
        where=", ".join(source.path for source in request.sources),
        fix=_("Look at the rows with 'workbench data show', and at max_length."),
    )


def _expected_rows(files: Sequence[SourceFile]) -> int:
    """About how many rows there are, by the size of the first ones."""
    first = [row for _number, row in itertools.islice(raw_rows(files[0].path, []), _ROWS_LOOKED_AT)]
    size_of_row = max(len(json.dumps(first, ensure_ascii=False, default=str).encode()) / max(len(first), 1), 1)
    return round(sum(file.size for file in files) / size_of_row)


def _processes(files: Sequence[SourceFile], asked: int | None) -> int:
    if asked is not None:
        return asked
    return usable_cores() if sum(file.size for file in files) > _BYTES_WORTH_PROCESSES else 1


def _encoded(
    pieces: Iterator[RawRows], request: PrepareRequest, tokenizer: Tokenizer, processes: int
) -> Iterator[EncodedRows]:
    if processes > 1 and isinstance(tokenizer, LightTokenizer):
        arguments = (request, tokenizer.facts, current_language())
        return in_processes(encode_here, pieces, processes=processes, begin=begin, arguments=arguments)
    return map(RowEncoder(request, tokenizer).encode, pieces)


def _pieces(request: PrepareRequest, files: Sequence[SourceFile], report: DataReport) -> Iterator[RawRows]:
    """All rows of all files, some at a time; what cannot be read is raised, or counted."""
    chosen = _drawn(request, files, report)
    position = 0
    for file in files:
        bad: list[WorkbenchError] | None = [] if request.bad_rows == "leave_out" else None
        kind: DatasetFormat | None = None
        for some in _in_pieces(raw_rows(file.path, bad)):
            if kind is None:
                kind, _reason = choose_format(file.choice, [row for _number, row in some[:_ROWS_LOOKED_AT]], file.path)
                report.formats = list(dict.fromkeys([*report.formats, kind.name]))
            kept = some if chosen is None else [row for at, row in enumerate(some, position) if at in chosen]
            position += len(some)
            if kept:
                yield RawRows(file.path, kind, kept)
        _count_bad(report, [(error.what, error.where, error.fix) for error in bad or ()])


def _in_pieces(rows: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[NumberedRows]:
    """Some rows at a time; where reading them ends in an error, those before it come first."""
    piece: NumberedRows = []
    try:
        for row in rows:
            piece.append(row)
            if len(piece) == _ROWS_A_PIECE:
                yield piece
                piece = []
    except WorkbenchError:
        if piece:
            yield piece
        raise
    if piece:
        yield piece


def _drawn(request: PrepareRequest, files: Sequence[SourceFile], report: DataReport) -> frozenset[int] | None:
    """Which of all rows to use; None for all of them."""
    if request.most_rows is None:
        return None
    ignored: list[WorkbenchError] | None = [] if request.bad_rows == "leave_out" else None
    total = sum(1 for file in files for _row in raw_rows(file.path, ignored))
    if total <= request.most_rows:
        return None
    report.left_out["not_drawn"] = total - request.most_rows
    return frozenset(random.Random(request.seed).sample(range(total), request.most_rows))


def _count(report: DataReport, result: EncodedRows, request: PrepareRequest) -> None:
    if result.bad and request.bad_rows == "stop":
        what, where, fix = result.bad[0]
        raise WorkbenchError(what, where=where, fix=fix)
    counts = result.counts
    for reason in ("no_answer", "nothing_left"):
        if counts[reason]:
            report.left_out[reason] = report.left_out.get(reason, 0) + counts[reason]
    for name in ("kept", "divided", "cut", "cut_tokens", "trained_tokens", "pairs"):
        setattr(report, name, getattr(report, name) + counts[name])
    report.read += counts["kept"] + counts["no_answer"] + counts["nothing_left"]
    report.samples += len(result.lengths)
    report.tokens += len(result.input_ids)
    _count_bad(report, result.bad)


def _count_bad(report: DataReport, bad: list[tuple[str, str | None, str | None]]) -> None:
    if not bad:
        return
    report.read += len(bad)
    report.left_out["bad"] = report.left_out.get("bad", 0) + len(bad)
    places = [f"{where}: {what}" for what, where, _fix in bad]
    report.bad_places += places[: PLACES_KEPT - len(report.bad_places)]


def _batch(result: EncodedRows) -> Any:
    """The samples as a record batch, without copying a token."""
    import pyarrow as pa

    offsets = pa.array(list(itertools.accumulate(result.lengths, initial=0)), pa.int32())
    columns = [
        pa.ListArray.from_arrays(offsets, pa.Array.from_buffers(pa.int32(), len(tokens), [None, pa.py_buffer(tokens)]))
        for tokens in (result.input_ids, result.labels)
    ]
    return pa.record_batch(columns, names=["input_ids", "labels"])
