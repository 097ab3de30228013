"""A data file as a stream of bytes: unpacked, with what can go wrong on the way in words."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.data.readers.problems import cut_off, other_encoding, place
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import N_, _

_BUFFER = 2**20
_PACKED_BUFFER = 4096
"""Small, for a few packed bytes can stand for megabytes."""
_UTF8_MARK = b"\xef\xbb\xbf"
_MARKS = ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_FIRST_LETTERS: dict[tuple[bool, ...], str] = {  # which of the first four bytes are zero, in text that is mostly ASCII
    (False, True, True, True): "UTF-32LE",
    (True, True, True, False): "UTF-32BE",
    (False, True, False, True): "UTF-16LE",
    (True, False, True, False): "UTF-16BE",
}
_OTHER_KINDS = (
    (b"\x1f\x8b", N_("a gzip file: let its name end in .gz")),
    (b"\x28\xb5\x2f\xfd", N_("a zstd file: let its name end in .zst")),
    (b"PAR1", N_("a Parquet file: let its name end in .parquet")),
    (b"ARROW1", N_("an Arrow file: let its name end in .arrow")),
    (b"PK\x03\x04", N_("a zip archive or an Office document: unpack it, or save it as CSV")),
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"%PDF", N_("a PDF: save its text")),
    (b"SQLite format 3", N_("a database: write its rows as JSONL")),
    (b"version https://git-lfs", N_("a Git LFS pointer: fetch the file itself with 'git lfs pull'")),
)
_LONGEST_START = max(len(start) for start, _about in _OTHER_KINDS)


@contextmanager
def opened(path: Path, packed: str = "") -> Iterator[io.BufferedReader]:
    """The file's bytes, unpacked.

    Args:
        packed: ``.gz``, ``.zst`` or empty.

    Raises:
        WorkbenchError: also for what goes wrong while it is read: the file is missing, damaged or cut off.
    """
    try:
        _require_ordinary(path)
        file: io.BufferedReader = io.BufferedReader(path.open("rb", buffering=0), _BUFFER)
        with file, _unpacked(file, packed) as stream:
            yield stream
    except (gzip.BadGzipFile, zlib.error, _DamagedError) as error:
        raise WorkbenchError(
            _("The packed file is damaged, or not packed as its ending says."),
            where=place(path),
            fix=_("Copy or download the file again, or let its name end in what it is."),
        ) from error
    except EOFError as error:
        raise cut_off(path) from error
    except OSError as error:
        raise unreadable(path, error) from error


@contextmanager
def opened_text(path: Path, packed: str = "") -> Iterator[io.BufferedReader]:
    """Like `opened`, for UTF-8 text: behind the byte order mark, if there is one.

    Raises:
        WorkbenchError: also if its first bytes show another encoding or no text.
    """
    with opened(path, packed) as stream:
        head = stream.peek(_LONGEST_START)[:_LONGEST_START]
        if head.startswith(_UTF8_MARK):
            stream.read(len(_UTF8_MARK))
        else:
            _refuse_other_encodings(path, head)
            _refuse_other_kinds(path, head)
        yield stream


def unreadable(path: Path, error: OSError) -> WorkbenchError:
    """What to raise for a file that the system does not give."""
    return WorkbenchError(_("The file cannot be read: {reason}").format(reason=system_reason(error)), where=place(path))


def _require_ordinary(path: Path) -> None:
    """A pipe would be waited for without end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise WorkbenchError(_("This is not an ordinary file."), where=place(path))


def _refuse_other_encodings(path: Path, head: bytes) -> None:
    found = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    found = found or _FIRST_LETTERS.get(tuple(byte == 0 for byte in head[:4]))
    if found:
        raise other_encoding(path, found)


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    found = next((about for start, about in _OTHER_KINDS if head.startswith(start)), None)
    if found:
        raise WorkbenchError(_("This is no text but {what}.").format(what=_(found)), where=place(path))


class _DamagedError(Exception):
    """A packed stream does not follow its format."""


class _ZstdStream(io.RawIOBase):
    """Unpacks zstd, frame after frame; a frame that does not end is an `EOFError`."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._frame: Any = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._ready:
            packed = (self._frame.unused_data if self._frame and self._frame.eof else b"") or self._file.read(
                _PACKED_BUFFER
            )
            if not packed:
                if self._frame is None or not self._frame.eof:
                    raise EOFError
                return 0
            self._ready = memoryview(self._unpack(packed))
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _unpack(self, packed: bytes) -> bytes:
        import zstandard

        if self._frame is None or self._frame.eof:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            return bytes(self._frame.decompress(packed))
        except zstandard.ZstdError as error:
            raise _DamagedError(str(error)) from error


def _unpacked(file: io.BufferedReader, packed: str) -> io.BufferedReader:
    if packed == ".gz":
        return io.BufferedReader(gzip.GzipFile(fileobj=file), _BUFFER)
    if packed == ".zst":
        return io.BufferedReader(_ZstdStream(file), _BUFFER)
    return file
