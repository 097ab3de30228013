"""Files that commands write row by row. The ending says the type; the name appears only when the file is whole."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol, cast

from workbench.data.arrow_folder import ArrowFolderWriter, is_arrow_folder
from workbench.data.transform.columns import ColumnsSpool, Row
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _

ENDINGS = (".json", ".jsonl", ".json.gz", ".jsonl.gz", ".parquet", ".csv")
"""What a file to write may end in; a name without an ending is a folder that ``datasets.load_from_disk`` reads."""


class RowWriter(Protocol):
    """Takes rows one after the other."""

    def write(self, row: Row) -> None:
        """Add a row. Raises WorkbenchError if this type of file cannot hold it."""

    def close(self) -> None:
        """Write what is still held back."""


class _JsonList:
    """One JSON list, as ``json.dump(rows, ensure_ascii=False, indent=4)`` writes it."""

    def __init__(self, stream: IO[bytes], out: Path) -> None:
        self._stream = stream
        self._out = out
        self._rows = 0
        self._before = "[\n    "

    def write(self, row: Row) -> None:
        self._rows += 1
        text = _json_text(row, f"{self._out}:{self._rows}", indent=4).replace("\n", "\n    ")
        self._stream.write(f"{self._before}{text}".encode())
        self._before = ",\n    "

    def close(self) -> None:
        self._stream.write(b"[]" if self._before.startswith("[") else b"\n]")


class _JsonLines:
    def __init__(self, stream: IO[bytes], out: Path) -> None:
        self._stream = stream
        self._out = out
        self._rows = 0

    def write(self, row: Row) -> None:
        self._rows += 1
        text = _json_text(row, f"{self._out}:{self._rows}")
        self._stream.write(f"{text}\n".encode())

    def close(self) -> None:
        self._stream.flush()


def _json_text(row: Row, where: str, indent: int | None = None) -> str:
    """The row as JSON.

    Raises:
        WorkbenchError: it holds what JSON does not have.
    """
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, indent=indent)
    except (TypeError, ValueError) as error:
        column = next(name for name, value in row.items() if not _is_json(value))
        raise WorkbenchError(
            _("The row holds what JSON does not have: NaN, an infinite number, a date or bytes."),
            where=f"{where}:{column}",
            fix=_("Mend the column in the data, or take it out."),
        ) from error


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


class _Csv:
    """A table whose columns are those of the first row. Cells are text and numbers."""

    def __init__(self, stream: IO[bytes], out: Path) -> None:
        self._out = out
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        self._table = csv.writer(self._text)
        self._columns: tuple[str, ...] = ()
        self._rows = 0

    def write(self, row: Row) -> None:
        self._rows += 1
        if self._rows == 1:
            self._columns = tuple(row)
            self._table.writerow(self._columns)
        extra = next((name for name in row if name not in self._columns), None)
        nested = next((name for name, value in row.items() if isinstance(value, list | dict)), None)
        if extra is not None:
            raise self._refused(extra, _("The first row has no such column, so a table cannot hold this one."))
        if nested is not None:
            raise self._refused(nested, _("A table holds text and numbers, and this is a list or an object."))
        self._table.writerow(["" if row.get(name) is None else row[name] for name in self._columns])

    def close(self) -> None:
        self._text.detach()

    def _refused(self, column: str, what: str) -> WorkbenchError:
        place = f"{self._out}:{self._rows}:{column}"
        return WorkbenchError(what, where=place, fix=_("Write a .jsonl file instead."))


def _parquet(stream: IO[bytes], out: Path) -> RowWriter:
    def sink(schema: Any) -> Any:
        import pyarrow.parquet

        return pyarrow.parquet.ParquetWriter(stream, schema)

    return ColumnsSpool(out, sink)


_TYPES: dict[str, Callable[[IO[bytes], Path], RowWriter]] = {
    ".json": _JsonList,
    ".jsonl": _JsonLines,
    ".csv": _Csv,
    ".parquet": _parquet,
}


@contextmanager
def writing(out: Path, *, force: bool = False, sources: Collection[Path] = ()) -> Iterator[RowWriter]:
    """Take rows for a file; it gets its name when the block ends without an error, and is not there otherwise.

    Args:
        force: replace an earlier file; it stays until the new one is whole.
        sources: the files that are read, which may not be replaced.

    Raises:
        WorkbenchError: the ending is of no type that is written, the output is in the way of something, or the
            disk is full or may not be written.
    """
    refuse_output(out, force=force, sources=sources)
    if not out.suffix:
        with _arrow_folder(out) as folder:
            yield folder
        return
    ending = out.name.lower().removesuffix(".gz")
    kind = next(make for suffix, make in _TYPES.items() if ending.endswith(suffix))
    with _whole_file(out) as stream:
        writer = kind(stream, out)
        yield writer
        writer.close()


def refuse_output(out: Path, *, force: bool = False, sources: Collection[Path] = ()) -> None:
    """Raise unless a file or dataset folder may be written there: see `writing`."""
    holds_something = out.is_dir() and any(out.iterdir())
    if not out.name or (out.is_dir() and out.suffix) or (holds_something and not is_arrow_folder(out)):
        raise WorkbenchError(
            _("The output is a folder; name a file."),
            where=str(out),
            fix=_("For example: {path}").format(path=out / "rows.jsonl"),
        )
    if out.suffix and not out.name.lower().endswith(ENDINGS):
        raise WorkbenchError(
            _("Files of this type are not written: {name}.").format(name=out.suffix),
            where=str(out),
            fix=_("A file to write ends in {endings}; without an ending it is a folder of Arrow files.").format(
                endings=listed(ENDINGS)
            ),
        )
    place = out.resolve()
    if any(source.resolve() == place or place in source.resolve().parents for source in sources):
        raise WorkbenchError(
            _("The output is one of the files that are read."), where=str(out), fix=_("Choose another name.")
        )
    if (holds_something or out.is_file()) and not force:
        raise WorkbenchError(
            _("The file exists already."), where=str(out), fix=_("Choose another name, or allow overwriting: --force.")
        )


@contextmanager
def _whole_file(out: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes get the name at the end, packed by gzip if the name says so."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            with ExitStack() as packing:
                packed = out.name.lower().endswith(".gz")
                zipped = packing.enter_context(gzip.GzipFile("", "wb", 6, stream, mtime=0)) if packed else stream
                yield cast("IO[bytes]", zipped)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(out)
    except OSError as error:
        raise WorkbenchError(
            _("The dataset cannot be written: {reason}").format(reason=system_reason(error)), where=str(out)
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def _arrow_folder(out: Path) -> Iterator[RowWriter]:
    spool = ColumnsSpool(out, lambda schema: ArrowFolderWriter(out, schema))
    yield spool
    spool.close()
