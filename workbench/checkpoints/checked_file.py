"""A file that gets its name once it is on the disk exactly as it was written."""

from __future__ import annotations

import os
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _

_READ_BYTES = 4 * 2**20
_AHEAD_BYTES = 256 * 2**20
"""What waits to be written and what is made meanwhile are together no larger than this."""


class CheckedFile:
    """A file being written under a passing name: `write` it inside ``with``, then `finish` it.

    What is passed to `write_meanwhile` is written while the caller makes the next; it must not change any more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self.checksum = 0

    def __enter__(self) -> CheckedFile:
        self._stream = self._part.open("wb", buffering=0)
        self._writer = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None
        self._pending_bytes = self._written_bytes = 0
        return self

    def write(self, data: bytes | memoryview) -> int:
        """Append bytes.

        Raises:
            OSError: the disk is full.
        """
        self._settle()
        self._append(memoryview(data))
        return len(data)

    def write_meanwhile(self, data: memoryview) -> None:
        """Append bytes soon; an error in it is raised by the next call."""
        self._settle()
        self._pending, self._pending_bytes = self._writer.submit(self._append, data), len(data)

    def make_room(self, size: int) -> None:
        """Wait until what is pending leaves room in memory for so many bytes."""
        if self._pending_bytes + size > _AHEAD_BYTES:
            self._settle()

    def flush(self) -> None:
        """Wait until everything is written."""
        self._settle()

    def _settle(self) -> None:
        pending, self._pending, self._pending_bytes = self._pending, None, 0
        if pending:
            pending.result()

    def _append(self, data: memoryview) -> None:
        self.checksum = zlib.crc32(data, self.checksum)
        begin = self._written_bytes
        while data:
            count = self._stream.write(data)
            self._written_bytes += count
            data = data[count:]
        _forget(self._stream.fileno(), begin, self._written_bytes - begin)

    def __exit__(self, failure: object, *_rest: object) -> None:
        try:
            if failure is None:
                self._settle()
        finally:
            self._writer.shutdown()
            self._stream.close()

    def finish(self) -> None:
        """Wait for the disk, read the file back, and give it its name.

        Raises:
            WorkbenchError: it is not what was written.
        """
        with self._part.open("rb") as stream:
            os.fsync(stream.fileno())
        if checksum_on_disk(self._part) != self.checksum:
            raise WorkbenchError(
                _("The file did not arrive on the disk as it was written."),
                where=str(self._path),
                fix=_("Check the disk, then try again."),
            )
        self._part.rename(self._path)


def checksum_on_disk(path: Path) -> int:
    """CRC-32 of a file as it is on the disk: what of it is cached in memory is dropped first."""
    checksum = 0
    with path.open("rb", buffering=0) as stream:
        _forget(stream.fileno(), 0, 0)
        while block := stream.read(_READ_BYTES):
            checksum = zlib.crc32(block, checksum)
    return checksum


def _forget(descriptor: int, begin: int, length: int) -> None:
    """Let the system drop a stretch of a file from memory; what is not on the disk yet begins to be written there."""
    if hasattr(os, "posix_fadvise"):  # macOS lacks it
        os.posix_fadvise(descriptor, begin, length, os.POSIX_FADV_DONTNEED)
