"""What can be wrong with a data file: where it is, and the errors that several readers raise."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from workbench.data.readers.encoding_guess import chinese_encodings
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

MOST_CHARACTERS = 256 * 1024**2
"""Of one row. Memory for several times as much is needed to read it."""
_BREAKS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Bad(Protocol):
    """Takes what is wrong with single rows; a list does."""

    def append(self, error: WorkbenchError, /) -> None: ...


def refuse(bad: Bad | None, error: WorkbenchError) -> None:
    """Hand an error about one row to who gathers them, or raise it."""
    if bad is None:
        raise error
    bad.append(error)


def place(path: Path | str, *parts: object) -> str:
    """``file:row:field`` on one line, whatever characters the file's name has."""
    name = str(path).encode("utf-8", "backslashreplace").decode()
    for sign, written in _BREAKS.items():
        name = name.replace(sign, written)
    return ":".join([printable(name), *(str(part) for part in parts)])


def to_next_line(stream: io.BufferedReader) -> None:
    """Pass over what is left of a line that is too long."""
    while part := stream.readline(2**20):
        if part.endswith(b"\n"):
            return


def empty_file(path: Path) -> WorkbenchError:
    """What to raise for a file without rows."""
    return WorkbenchError(_("The data file is empty."), where=place(path))


def cut_off(path: Path, *parts: object) -> WorkbenchError:
    """What to raise for a file whose end is missing."""
    return WorkbenchError(
        _("The end of the file is missing: it was cut off."),
        where=place(path, *parts),
        fix=_("Copy or download the file again."),
    )


def too_long(path: Path, row: int) -> WorkbenchError:
    """What to raise for a row larger than memory should have to hold."""
    return WorkbenchError(
        _("This row has more than {count} million characters.").format(count=MOST_CHARACTERS // 1024**2),
        where=place(path, row),
        fix=_("Divide it into several rows or files."),
    )


def not_utf8(path: Path, row: int, data: bytes, error: UnicodeDecodeError) -> WorkbenchError:
    """What to raise for bytes that are no UTF-8.

    Args:
        data: the line, or as much as is known around the place.
        error: what decoding said about ``data``.
    """
    if error.reason == "unexpected end of data" and not data.endswith(b"\n"):
        return cut_off(path, row)
    likely = chinese_encodings(data)
    if likely:
        return other_encoding(path, likely[0], row, others=likely[1:])
    return WorkbenchError(
        _("The file is not UTF-8 text: byte {byte} belongs to another encoding.").format(
            byte=f"0x{data[error.start]:02x}"
        ),
        where=place(path, row),
        fix=_("Save it as UTF-8, for example with 'iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW'."),
    )


def other_encoding(path: Path, name: str, *parts: object, others: Sequence[str] = ()) -> WorkbenchError:
    """What to raise for text in an encoding that can be told by its bytes, or in one of ``others``."""
    if others:
        return WorkbenchError(
            _("The file is not UTF-8 text; it may be {encoding}, or {others}.").format(
                encoding=name, others=listed(others)
            ),
            where=place(path, *parts),
            fix=_(
                "Save it as UTF-8 and read a line: iconv -f {encoding} -t UTF-8 OLD > NEW; if it makes no sense, "
                "take {others}."
            ).format(encoding=name, others=listed(others)),
        )
    return WorkbenchError(
        _("The file is not UTF-8 text; it looks like {encoding}.").format(encoding=name),
        where=place(path, *parts),
        fix=_("Save it as UTF-8: iconv -f {encoding} -t UTF-8 OLD > NEW").format(encoding=name),
    )
