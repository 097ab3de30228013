"""The samples of a request, written to disk as they come from the processes that encode."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from workbench.data.arrow_folder import ArrowFolderWriter
from workbench.data.encode import Tokenizer
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.pieces import expected_rows, pieces
from workbench.data.prepare.processes import in_processes, usable_cores
from workbench.data.prepare.report import ADDED_UP, LEFT_OUT, DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import Record, store_schema, template_digest, tokenizer_digest, write_record
from workbench.data.prepare.worker import EncodedRows, RawRows, RowEncoder, begin, encode_here
from workbench.data.sources import SourceFile
from workbench.data.stage_fit import pairs_wanted
from workbench.data.templates import get_template
from workbench.data.word_cache import WordsDifferError
from workbench.errors import WorkbenchError
from workbench.i18n import _, current_language

OnProgress = Callable[[int, int], None]
"""Is told how many rows are done, and of about how many, which are equal at the end only; may raise to end the work."""
_BYTES_WORTH_PROCESSES = 4 * 1024**2


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
        WorkbenchError: data is missing or damaged, or nothing of it can be trained.
    """
    is_much = sum(file.size for file in files) > _BYTES_WORTH_PROCESSES
    count = processes or (usable_cores() if is_much else 1)
    remember_words = is_much and isinstance(tokenizer, LightTokenizer) and tokenizer.words_stand_alone

    def written(*, remember_words: bool) -> DataReport:
        report = DataReport()
        tell = _telling(on_progress, files)
        tell(0)
        raw = pieces(request, files, report)
        again = partial(_tell_again, tell, report)
        results = _encoded(raw, request, tokenizer, count, again, remember_words=remember_words)
        with closing(results):
            _write(folder, results, report, request, tell)
        if on_progress:
            on_progress(report.read, report.read)
        return report

    try:
        report = written(remember_words=remember_words)
    except WordsDifferError:
        report = written(remember_words=False)
    digest = tokenizer_digest(tokenizer)
    record = Record(
        template=request.template,
        template_digest=template_digest(get_template(request.template, tokenizer)),
        max_length=request.max_length,
        tokenizer=digest,
        picture_folders=_picture_folders(request, files),
        pairs=request.compares,
        report=report,
    )
    write_record(folder, record)
    return report


def _picture_folders(request: PrepareRequest, files: Sequence[SourceFile]) -> list[str] | None:
    if not request.sees:
        return None
    return list(dict.fromkeys(str(folder) for file in files for folder in file.picture_folders))


def _telling(on_progress: OnProgress | None, files: Sequence[SourceFile]) -> Callable[[int], None]:
    if on_progress is None:
        return lambda _done: None
    expected = expected_rows(files)
    return lambda done: on_progress(done, max(expected, done + 1))


def _tell_again(tell: Callable[[int], None], report: DataReport) -> None:
    tell(report.read)


def _encoded(
    raw: Iterator[RawRows],
    request: PrepareRequest,
    tokenizer: Tokenizer,
    processes: int,
    while_waiting: Callable[[], None],
    *,
    remember_words: bool,
) -> Generator[EncodedRows, None, None]:
    own = tokenizer
    if isinstance(tokenizer, LightTokenizer):
        if processes > 1:
            arguments = (request, tokenizer.facts, current_language(), remember_words)
            yield from in_processes(
                encode_here,
                raw,
                processes=processes,
                begin=begin,
                arguments=arguments,
                while_waiting=while_waiting,
            )
            return
        own = LightTokenizer(tokenizer.facts)
        if remember_words:
            own.remember_words()
    yield from map(RowEncoder(request, own).encode, raw)


def _write(
    folder: Path,
    results: Iterator[EncodedRows],
    report: DataReport,
    request: PrepareRequest,
    tell: Callable[[int], None],
) -> None:
    schema = store_schema(sees=request.sees, pairs=request.compares)
    with ArrowFolderWriter(folder, schema) as writer:
        for result in results:
            count_in(report, result, request)
            if result.lengths:
                writer.write(_batch(result, schema))
            tell(report.read)
        report.read += report.left_out.get("not_drawn", 0)
        if not report.kept:
            raise nothing_kept(report, request)


def with_way_on(fix: str | None) -> str:
    """The mend of a row, and how to go on without such rows, unless it says so itself or is about all rows."""
    if fix and any(setting in fix for setting in ("bad_rows:", "stage:")):
        return fix
    leave_out = _("To go on without such rows: bad_rows: leave_out.")
    return f"{fix} {leave_out}" if fix else leave_out


def nothing_kept(report: DataReport, request: PrepareRequest) -> WorkbenchError:
    """The error of data that has nothing to train on."""
    what = _("No row has anything to train on.")
    if report.bad_places:
        what = _("No row has anything to train on; the first left out: {place}").format(place=report.bad_places[0])
    fix = _("Look at the rows with 'workbench data show', and at max_length.")
    if report.left_out.get("bad"):
        fix = pairs_wanted() if request.compares else _("Mend the rows, or name another format: dataset_format.")
    return WorkbenchError(what, where=", ".join(source.path for source in request.sources), fix=fix)


def count_in(report: DataReport, result: EncodedRows, request: PrepareRequest) -> None:
    """Take in what became of some rows.

    Raises:
        WorkbenchError: a row is bad, and such rows are not to be left out.
    """
    if result.bad and request.bad_rows == "stop":
        what, where, fix = result.bad[0]
        raise WorkbenchError(what, where=where, fix=with_way_on(fix))
    counts = result.counts
    for reason in LEFT_OUT:
        if counts[reason]:
            report.left_out[reason] = report.left_out.get(reason, 0) + counts[reason]
    for name in ADDED_UP:
        setattr(report, name, getattr(report, name) + counts[name])
    report.read += counts["kept"] + sum(counts[reason] for reason in LEFT_OUT)
    report.samples += len(result.lengths)
    report.tokens += len(result.input_ids)
    report.count_shortened(result.shortened)
    report.count_bad([(where, what) for what, where, _fix in result.bad])


def _batch(result: EncodedRows, schema: Any) -> Any:
    """The samples as a record batch, without copying a token."""
    import pyarrow as pa

    offsets = pa.array(list(itertools.accumulate(result.lengths, initial=0)), pa.int32())
    columns = [
        pa.ListArray.from_arrays(offsets, pa.Array.from_buffers(pa.int32(), len(tokens), [None, pa.py_buffer(tokens)]))
        for tokens in (result.input_ids, result.labels)
    ]
    if result.chosen:
        columns.append(pa.array(result.chosen, pa.int32()))
    if result.facts:
        columns += [result.images, *map(list, zip(*result.facts, strict=True))]
    return pa.record_batch(columns, schema=schema)
