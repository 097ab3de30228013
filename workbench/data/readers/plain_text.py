"""A text file: one row, for continued pre-training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.data.readers.problems import MOST_CHARACTERS, Bad, not_utf8, refuse, too_long
from workbench.data.readers.stream import opened_text


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
    if text.strip():
        yield 1, {"text": text}
