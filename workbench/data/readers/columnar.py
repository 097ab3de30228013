"""Parquet and Arrow files, some rows at a time."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from workbench.data.files import SPLITS_FILE
from workbench.data.readers.problems import Bad, cut_off, place, refuse
from workbench.data.readers.stream import opened
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    import pyarrow

Rows = Iterator[tuple[int, dict[str, Any]]]
_ROWS_AT_ONCE = 256
_BYTES_AT_ONCE = 16 * 1024**2
"""Fewer rows are read at a time if they are large, as with pictures in them."""
_PARQUET = b"PAR1"
_ARROW = b"ARROW1"
_STREAM_BEGIN = b"\xff\xff\xff\xff"
_STREAM_END = b"\xff\xff\xff\xff\0\0\0\0"


def parquet(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Rows:
    """Rows of a Parquet file with their positions from 1."""
    yield from _numbered(path, packed, bad, BATCHES[".parquet"])


def arrow(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Rows:
    """Rows of an Arrow file or stream with their positions from 1; of a saved dataset, the notes name its splits."""
    notes += _about_splits(path)
    yield from _numbered(path, packed, bad, BATCHES[".arrow"])


def _numbered(
    path: Path,
    packed: str,
    bad: Bad | None,
    batches: Callable[[Path, BinaryIO], Iterator[pyarrow.RecordBatch]],
) -> Rows:
    import pyarrow

    number = 0
    with _seekable(path, packed) as file:
        if not file.read(1):
            return
        try:
            for batch in batches(path, file):
                _require_different_names(path, batch.schema.names)
                for row in _rows_of(batch):
                    number += 1
                    if isinstance(row, dict):
                        yield number, row
                    else:
                        refuse(bad, _not_a_row(path, number, row))
        except (pyarrow.ArrowException, OSError) as error:
            raise WorkbenchError(
                _("The file is damaged: {reason}").format(reason=str(error).split("\n")[0]), where=place(path)
            ) from error


@contextmanager
def _seekable(path: Path, packed: str) -> Iterator[BinaryIO]:
    """The file, unpacked into a temporary one if need be: both formats are read from their end."""
    with opened(path, packed) as stream:
        if not packed:
            yield stream
            return
        with tempfile.TemporaryFile() as file:
            shutil.copyfileobj(stream, file, 2**20)
            file.seek(0)
            yield file


def _parquet_batches(path: Path, file: BinaryIO) -> Iterator[pyarrow.RecordBatch]:
    from pyarrow import parquet

    begin, end = _ends(file, len(_PARQUET))
    if begin != _PARQUET:
        raise _another_kind(path, "Parquet")
    if end != _PARQUET:
        raise cut_off(path)
    source = parquet.ParquetFile(file, pre_buffer=False, buffer_size=2**20)
    groups = [source.metadata.row_group(number) for number in range(source.num_row_groups)]
    largest = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
    yield from source.iter_batches(batch_size=_rows_at_once(largest), use_threads=False)


def _arrow_batches(path: Path, file: BinaryIO) -> Iterator[pyarrow.RecordBatch]:
    import pyarrow

    begin, end = _ends(file, len(_STREAM_END))
    if begin.startswith(_ARROW):
        if not end.endswith(_ARROW):
            raise cut_off(path)
        source = pyarrow.ipc.open_file(file)
        batches = (source.get_batch(number) for number in range(source.num_record_batches))
    elif begin.startswith(_STREAM_BEGIN):
        if end != _STREAM_END:
            raise cut_off(path)
        batches = iter(pyarrow.ipc.open_stream(file))
    else:
        raise _another_kind(path, "Arrow")
    for batch in batches:
        count = _rows_at_once(batch.nbytes // max(batch.num_rows, 1))
        for start in range(0, batch.num_rows, count):
            yield batch.slice(start, count)


def _rows_at_once(bytes_a_row: int) -> int:
    return max(1, min(_ROWS_AT_ONCE, _BYTES_AT_ONCE // max(bytes_a_row, 1)))


BATCHES: dict[str, Callable[[Path, BinaryIO], Iterator[pyarrow.RecordBatch]]] = {
    ".parquet": _parquet_batches,
    ".arrow": _arrow_batches,
}
"""Reads the rows of a kind of file, few at a time if they are large."""


def _ends(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    """The first and last bytes; then the file stands at its beginning."""
    file.seek(0)
    begin = file.read(size)
    length = file.seek(0, 2)
    file.seek(max(length - size, 0))
    end = file.read(size)
    file.seek(0)
    return begin, end


def _rows_of(batch: pyarrow.RecordBatch) -> Iterator[dict[str, Any] | Exception]:
    """The rows; in place of one that has no Python values, the reason."""
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError):
        for number in range(batch.num_rows):
            try:
                yield batch.slice(number, 1).to_pylist()[0]
            except (ValueError, OverflowError) as error:
                yield error


def _not_a_row(path: Path, number: int, error: Exception) -> WorkbenchError:
    reason = _("a text is not UTF-8") if isinstance(error, UnicodeDecodeError) else str(error)
    return WorkbenchError(_("This row cannot be used: {reason}.").format(reason=reason), where=place(path, number))


def _require_different_names(path: Path, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise WorkbenchError(_("The file has two columns of the name {name}.").format(name=twice), where=place(path))


def _another_kind(path: Path, kind: str) -> WorkbenchError:
    return WorkbenchError(_("This is no {kind} file, whatever its name says.").format(kind=kind), where=place(path))


def _about_splits(path: Path) -> list[str]:
    """What to say of a file that belongs to one of several saved splits."""
    split = path.parent
    try:
        content = json.loads((split.parent / SPLITS_FILE).read_text(encoding="utf-8"))
        others = [str(name) for name in content["splits"] if name != split.name]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    if not others:
        return []
    return [_("it is the split {split}; not read: {others}").format(split=split.name, others=listed(others))]
