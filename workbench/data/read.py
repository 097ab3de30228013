"""Reading data files row by row, with errors that name file, row and field. Light: no datasets library."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.data.conversation import Conversation
from workbench.data.formats import DatasetFormat, RowError, get_format, recognise
from workbench.data.probes import PROBES_ENDING
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

SUFFIXES = (".json", ".jsonl", ".json.gz", ".jsonl.gz", ".txt", ".txt.gz")
_TWO_OBJECTS = re.compile(r"\s*\{[^\n]*\}\s*\n\s*\{")


@dataclass(frozen=True)
class DataRow:
    """One row as it stands in its file. ``number`` counts from 1 (the line, in JSONL)."""

    number: int
    conversation: Conversation


@dataclass
class DataFile:
    """A file read whole. ``reason``: why its format is what it is."""

    path: Path
    format: DatasetFormat
    reason: str
    rows: list[DataRow] = field(default_factory=list)


def is_local(data_path: str) -> bool:
    """Whether a data path means files here rather than a dataset's name on Hugging Face."""
    path = Path(resolve_model(data_path))
    return path.exists() or data_path.startswith((".", "/", "~", "sample:")) or data_path.endswith(SUFFIXES)


def data_files(data_path: str) -> list[Path]:
    """The files that a path names: itself, or a folder's data files in order of their names.

    Probe files are left out of a folder: what is asked to score with must not be trained.

    Raises:
        WorkbenchError: nothing is there.
    """
    path = Path(resolve_model(data_path))
    if path.is_file():
        return [path]
    if path.is_dir():
        found = sorted(child for child in path.rglob("*") if child.is_file() and _is_data(child.name))
        if found:
            return found
        raise WorkbenchError(
            _("The folder holds no data files."),
            where=str(path),
            fix=_readable_endings(),
        )
    raise WorkbenchError(
        _("The data file does not exist."),
        where=data_path,
        fix=_("Check its path, or make a dataset with 'workbench data identity'."),
    )


def _readable_endings() -> str:
    return _("Files that can be read end in {endings}.").format(endings=listed(SUFFIXES))


def _is_data(name: str) -> bool:
    return name.endswith(SUFFIXES) and not name.endswith(PROBES_ENDING)


def read_file(path: Path, format_name: str = "auto") -> DataFile:
    """Read a file whole.

    Args:
        format_name: a name of `workbench.data.formats`, or ``auto`` to look at the first row.

    Raises:
        WorkbenchError: the file is empty, not readable, not JSON, or a row is not what its format says.
    """
    rows = list(raw_rows(path))
    if not rows:
        raise empty_file(path)
    kind, reason = format_of(path, rows[0][1], format_name)
    return DataFile(path, kind, reason, [DataRow(number, convert(path, number, row, kind)) for number, row in rows])


def empty_file(path: Path) -> WorkbenchError:
    """What to raise for a file without rows."""
    return WorkbenchError(_("The data file is empty."), where=str(path))


def convert(path: Path, number: int, row: dict[str, Any], kind: DatasetFormat) -> Conversation:
    """One row as a conversation.

    Raises:
        WorkbenchError: names file:row:field.
    """
    try:
        return kind.to_conversation(row)
    except RowError as error:
        raise WorkbenchError(
            _("This row is not of the format {name}: {reason}.").format(name=kind.name, reason=error.what),
            where=f"{path}:{number}:{error.field}",
            fix=_("Mend the row, or name another format: dataset_format."),
        ) from error


def format_of(path: Path, first: dict[str, Any], name: str) -> tuple[DatasetFormat, str]:
    """The format named, or for ``auto`` the one that the first row looks like; and why.

    Raises:
        WorkbenchError: there is no such format, or none fits.
    """
    if name != "auto":
        return get_format(name), _("chosen by dataset_format")
    found = recognise(first)
    if found is None:
        columns = listed(first) or _("none")
        raise WorkbenchError(
            _("The format cannot be recognised from these columns: {columns}.").format(columns=columns),
            where=f"{path}:1",
            fix=_("Name it with dataset_format; 'workbench data list-formats' shows an example of each."),
        )
    return found


def raw_rows(path: Path, bad: list[WorkbenchError] | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Row numbers and rows of a JSON, JSONL or text file, plain or gzipped.

    Args:
        bad: a list that takes what is wrong with single rows; without it the first such row is raised.

    Raises:
        WorkbenchError: the file is of no type that is read, cannot be read, or is not what its ending says.
    """
    if not path.name.endswith(SUFFIXES):
        raise WorkbenchError(
            _("Files of this type are not read: {name}.").format(name=path.suffix or path.name),
            where=str(path),
            fix=_readable_endings(),
        )
    text = _text_of(path)
    name = path.name.removesuffix(".gz")
    if name.endswith(".txt"):
        if text.strip():
            yield 1, {"text": text}
    elif name.endswith(".jsonl") or _TWO_OBJECTS.match(text):
        yield from _json_lines(path, text, bad)
    else:
        yield from _json_list(path, text, bad)


def _text_of(path: Path) -> str:
    try:
        data = gzip.decompress(path.read_bytes()) if path.name.endswith(".gz") else path.read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        raise WorkbenchError(
            _("The file is not UTF-8 text."),
            where=f"{path}:{row}",
            fix=_("Save it as UTF-8, for example with 'iconv -f GB18030 -t UTF-8'."),
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise WorkbenchError(_("The file cannot be read: {reason}").format(reason=error), where=str(path)) from error


def _json_lines(path: Path, text: str, bad: list[WorkbenchError] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        with _gathered(bad):
            if line.strip():
                yield number, _object(path, number, _parsed(path, line, number))


def _json_list(path: Path, text: str, bad: list[WorkbenchError] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    if not text.strip():
        return
    content = _parsed(path, text, None)
    rows = content if isinstance(content, list) else [content]
    for number, row in enumerate(rows, start=1):
        with _gathered(bad):
            yield number, _object(path, number, row)


@contextmanager
def _gathered(bad: list[WorkbenchError] | None) -> Iterator[None]:
    """Put an error into the list, if there is one to put it into."""
    try:
        yield
    except WorkbenchError as error:
        if bad is None:
            raise
        bad.append(error)


def _parsed(path: Path, text: str, line: int | None) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{path}:{line or error.lineno}:{error.colno}"
        raise WorkbenchError(_("This is not JSON: {reason}.").format(reason=error.msg), where=place) from error


def _object(path: Path, number: int, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WorkbenchError(
            _("A row must be an object with columns, not {kind}.").format(kind=type(value).__name__),
            where=f"{path}:{number}",
        )
    return value
