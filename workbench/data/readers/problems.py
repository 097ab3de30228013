"""What can be wrong with a data file: where it is, and the errors that several readers raise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

MOST_CHARACTERS = 256 * 1024**2
"""Of one row. Memory for several times as much is needed to read it."""
_BREAKS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PAIRS_OF_CHINESE = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_SURELY_CHINESE = 0.8


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
    if _looks_like_chinese(data):
        return other_encoding(path, "GB18030", row)
    return WorkbenchError(
        _("The file is not UTF-8 text: byte {byte} belongs to another encoding.").format(
            byte=f"0x{data[error.start]:02x}"
        ),
        where=place(path, row),
        fix=_("Save it as UTF-8, for example with 'iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW'."),
    )


def other_encoding(path: Path, name: str, *parts: object) -> WorkbenchError:
    """What to raise for text in an encoding that can be told by its bytes."""
    return WorkbenchError(
        _("The file is not UTF-8 text; it looks like {encoding}.").format(encoding=name),
        where=place(path, *parts),
        fix=_("Save it as UTF-8: iconv -f {encoding} -t UTF-8 OLD > NEW").format(encoding=name),
    )


def _looks_like_chinese(data: bytes) -> bool:
    """Nearly all bytes beyond ASCII stand in pairs that GB2312 has."""
    high = len(_HIGH_BYTES.findall(data))
    return high > 0 and 2 * len(_PAIRS_OF_CHINESE.findall(data)) >= high * _SURELY_CHINESE
