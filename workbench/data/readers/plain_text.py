"""Text files, for continued pre-training: a row is a line, a paragraph or the whole file."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.data.readers.problems import MOST_CHARACTERS, Bad, not_utf8, place, refuse, to_next_line, too_long
from workbench.data.readers.stream import opened_text
from workbench.errors import WorkbenchError
from workbench.i18n import _

Rows = Iterator[tuple[int, dict[str, str]]]
_Line = tuple[int, bytes]
_LINES_LOOKED_AT = 20


def text_lines(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Rows:
    """Each line that is not empty as ``text``, with its number and without the line break."""
    notes.append(_("each line is a row, which text_paragraphs or text_file as dataset_format changes"))
    for number, text in _joined(path, packed, bad, part=_number_of):
        yield number, {"text": text.rstrip("\r\n")}


def text_paragraphs(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Rows:
    """Lines up to the next empty one as ``text``, with the number of the first."""
    for number, text in _joined(path, packed, bad, part=_is_empty):
        yield number, {"text": text.rstrip("\r\n")}


def whole_text(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Rows:
    """The whole file as ``text``; a file of white space has no row."""
    for number, text in _joined(path, packed, bad, part=lambda _line: True):
        yield number, {"text": text}


def _number_of(line: _Line) -> int:
    return line[0]


def _is_empty(line: _Line) -> bool:
    return not line[1].strip()


def _joined(path: Path, packed: str, bad: Bad | None, part: Callable[[_Line], object]) -> Iterator[tuple[int, str]]:
    """Texts that are not empty, with the numbers of their first lines.

    Args:
        part: tells the parts of the file apart: lines that follow each other and have the same are one text.

    Raises:
        WorkbenchError: a text is not UTF-8, or each of the first lines is a JSON object.
    """
    with opened_text(path, packed) as stream:
        lines = _lines(stream)
        first = list(itertools.islice(lines, _LINES_LOOKED_AT))
        _refuse_json_lines(path, first)
        for _same, group in itertools.groupby(itertools.chain(first, lines), part):
            number, data = _bounded(group)
            if len(data) > MOST_CHARACTERS:
                refuse(bad, too_long(path, number))
            elif data.strip():
                yield number, _decoded(path, number, data)


def _lines(stream: io.BufferedReader) -> Iterator[_Line]:
    """The lines with their numbers; of one that is too long, the beginning."""
    number = 0
    while line := stream.readline(MOST_CHARACTERS + 1):
        number += 1
        if len(line) > MOST_CHARACTERS and not line.endswith(b"\n"):
            to_next_line(stream)
        yield number, line


def _bounded(lines: Iterator[_Line]) -> _Line:
    """The number of the first line, and all of them as one; beyond what a row may have, only the beginning."""
    number, first = next(lines)
    data = bytearray(first)
    for _number, line in lines:
        if len(data) <= MOST_CHARACTERS:
            data += line
    return number, bytes(data)


def _decoded(path: Path, number: int, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(path, number + data.count(b"\n", 0, error.start), data, error) from error


def _refuse_json_lines(path: Path, first: list[_Line]) -> None:
    lines = [line.strip() for _number, line in first if line.strip()]
    if lines and all(_is_object(line) for line in lines):
        raise WorkbenchError(
            _("Every line of this text is a JSON object: these are rows, not one text."),
            where=place(path),
            fix=_("Let the file's name end in .jsonl."),
        )


def _is_object(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
