"""A text file: one row, for continued pre-training."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from workbench.data.readers.problems import MOST_CHARACTERS, Bad, not_utf8, place, refuse, too_long
from workbench.data.readers.stream import opened_text
from workbench.errors import WorkbenchError
from workbench.i18n import _

_LINES_LOOKED_AT = 20


def plain_text(path: Path, packed: str, bad: Bad | None, notes: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The whole file as ``text``; a file of white space has no row."""
    with opened_text(path, packed) as stream:
        data = stream.read(MOST_CHARACTERS + 1)
    if len(data) > MOST_CHARACTERS:
        refuse(bad, too_long(path, 1))
        return
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise not_utf8(path, row, data, error) from error
    if _is_json_lines(text):
        raise WorkbenchError(
            _("Every line of this text is a JSON object: these are rows, not one text."),
            where=place(path),
            fix=_("Let the file's name end in .jsonl."),
        )
    if text.strip():
        yield 1, {"text": text}


def _is_json_lines(text: str) -> bool:
    """Whether each of the first lines that are not empty is a JSON object."""
    lines = (line.strip() for line in io.StringIO(text) if line.strip())
    first = list(itertools.islice(lines, _LINES_LOOKED_AT))
    return bool(first) and all(_is_object(line) for line in first)


def _is_object(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
