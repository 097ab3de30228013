"""Malformed Parquet and Arrow files, and names that are no ordinary files."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tests.data.bad.case import GOOD, Case

_CUT = "The end of the file is missing: it was cut off."
_TABLE = pa.Table.from_pylist([GOOD] * 50)
_NOT_TEXT = pa.table({
    "input": pa.array([b"1", b"\xff\xfe", b"3"]).cast(pa.binary()).view(pa.utf8()),
    "output": ["1", "2", "3"],
})  # fmt: skip


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    return bytes(sink.getvalue())


def _arrow(table: pa.Table, open_writer: Callable[..., Any]) -> bytes:
    sink = pa.BufferOutputStream()
    with open_writer(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _stream(table: pa.Table) -> bytes:
    return _arrow(table, pa.ipc.new_stream)


def _file(table: pa.Table) -> bytes:
    return _arrow(table, pa.ipc.new_file)


def _middle_changed(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(40) + data[middle + 40 :]


def _footer_changed(data: bytes) -> bytes:
    return data[:-60] + b"\x99" * 50 + data[-10:]


_TWICE = pa.Table.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["input", "input"])
CASES = [
    Case("an empty Parquet file", "a.parquet", b"", fails=("", "The data file is empty.")),
    Case("a Parquet file without rows", "a.parquet", _parquet(_TABLE.slice(0, 0)), fails=("", "The data file is empty.")),
    Case("an Arrow file without rows", "a.arrow", _file(_TABLE.slice(0, 0)), fails=("", "The data file is empty.")),
    Case("a Parquet file cut in its middle", "a.parquet", _parquet(_TABLE)[:-30], fails=("", _CUT)),
    Case("a Parquet file of its mark alone", "a.parquet", b"PAR1", fails=("", "The file is damaged")),
    Case("a Parquet file with a wrong footer", "a.parquet", _footer_changed(_parquet(_TABLE)), fails=("", "The file is damaged")),
    Case("text named .parquet", "a.parquet", b'{"input": 1}', fails=("", "This is no Parquet file")),
    Case("Arrow named .parquet", "a.parquet", _file(_TABLE), fails=("", "This is no Parquet file")),
    Case("Parquet named .arrow", "a.arrow", _parquet(_TABLE), fails=("", "This is no Arrow file")),
    Case("text named .arrow", "a.arrow", b'{"input": 1}', fails=("", "This is no Arrow file")),
    Case("an Arrow stream cut in its middle", "a.arrow", _stream(_TABLE)[:-40], fails=("", _CUT)),
    Case("an Arrow stream cut before its end mark", "a.arrow", _stream(_TABLE)[:-8], fails=("", _CUT)),
    Case("an Arrow file cut in its middle", "a.arrow", _file(_TABLE)[:-40], fails=("", _CUT)),
    Case("an Arrow file with a wrong footer", "a.arrow", _footer_changed(_file(_TABLE)), fails=("", "The file is damaged")),
    Case("two Parquet columns of one name", "a.parquet", _parquet(_TWICE), fails=("", "two columns of the name input")),
    Case("two Arrow columns of one name", "a.arrow", _stream(_TWICE), fails=("", "two columns of the name input")),
    Case("a Parquet text that is not UTF-8", "a.parquet", _parquet(_NOT_TEXT), ((":2", "a text is not UTF-8"),), good=2),
    Case("an Arrow text that is not UTF-8", "a.arrow", _stream(_NOT_TEXT), ((":2", "a text is not UTF-8"),), good=2),
    Case("unknown Parquet columns", "a.parquet", _parquet(pa.table({"frage": ["Q"]})), fails=(":1", "cannot be recognised")),
    Case("lists for texts in Parquet", "a.parquet", _parquet(pa.table({"text": [[1], [2]]})), (
        (":1:text", "must be text, not list"), (":2:text", "must be text, not list"),
    ), format="pretrain"),
    Case("NaN for a text in Parquet", "a.parquet", _parquet(pa.table({"input": ["a", "b"], "output": [1.5, float("nan")]})), (
        (":2:output", "must be text, not nan"),
    ), good=1),
    Case("null for texts in Parquet", "a.parquet", _parquet(pa.table({"input": ["a", None], "output": ["b", "c"]})), (
        (":2:input", "the field is null"),
    ), good=1),
    Case("null for messages in Arrow", "a.arrow", _stream(pa.Table.from_pylist([
        {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}, {"messages": None},
    ])), ((":2:messages", ""),), good=1),
    Case("Parquet cut inside gzip", "a.parquet.gz", gzip.compress(_parquet(_TABLE))[:-9], fails=("", _CUT)),
    Case("cut Parquet inside gzip", "a.parquet.gz", gzip.compress(_parquet(_TABLE)[:-9]), fails=("", _CUT)),
]  # fmt: skip


def _closed(path: Path) -> None:
    path.write_bytes(b"{}")
    path.chmod(0)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _nowhere(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


NO_FILES = [
    Case("a file that is not there", "a.jsonl", lambda path: None, fails=("", "The file cannot be read: No such file")),
    Case("a link in a circle", "a.jsonl", _loop, fails=("", "The file cannot be read: Too many levels")),
    Case("a link to nothing", "a.jsonl", _nowhere, fails=("", "The file cannot be read: No such file")),
    Case("a folder named like a file", "a.json", Path.mkdir, fails=("", "This is not an ordinary file.")),
    Case("a folder named like a table", "a.parquet", Path.mkdir, fails=("", "This is not an ordinary file.")),
    Case("a pipe", "a.jsonl", os.mkfifo, fails=("", "This is not an ordinary file.")),
    *([] if os.geteuid() == 0 else [Case("a closed file", "a.json", _closed, fails=("", "The file cannot be read: Perm"))]),
]  # fmt: skip
