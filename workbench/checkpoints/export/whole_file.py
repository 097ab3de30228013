"""A file that gets its final name only when it is complete."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _

GGUF_MAGIC = b"GGUF"


@contextmanager
def complete_or_absent_file(final: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A path to write to; the file gets the final name when the block ends without an error, and is removed otherwise.

    What a killed attempt left is written over by the next one.

    Raises:
        WorkbenchError: the final file may not be replaced, its folder cannot be written, or another process is writing
            the same file.
    """
    refuse_existing_file(final, overwrite=overwrite)
    partial = final.with_name(f".{final.name}.partial")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        holder = partial.open("ab")
    except OSError as error:
        raise cannot_write(final.parent, error) from error
    with holder:
        _hold(holder.fileno(), final)
        try:
            yield partial
            _sync(partial)
            partial.rename(final)
            _sync(final.parent)
        finally:
            partial.unlink(missing_ok=True)


def refuse_existing_file(final: Path, *, overwrite: bool) -> None:
    """Raise if a GGUF file would replace something that it may not.

    Raises:
        WorkbenchError: something is there and may not be replaced, or is no GGUF file.
    """
    if not final.exists():
        return
    if not overwrite:
        raise WorkbenchError(
            _("The file exists."),
            where=str(final),
            fix=_("Choose another name, or allow replacing it: --force."),
        )
    if not final.is_file() or not is_gguf(final):
        raise WorkbenchError(
            _("What is there is no GGUF file, so it is not replaced."),
            where=str(final),
            fix=_("Choose another name, or remove it yourself."),
        )


def cannot_write(folder: Path, error: OSError) -> WorkbenchError:
    """What to raise where the system does not let a file be written."""
    return WorkbenchError(
        _("The folder cannot be written: {reason}").format(reason=system_reason(error)),
        where=str(folder),
        fix=_("Choose another folder."),
    )


def is_gguf(path: Path) -> bool:
    """Whether a file begins as GGUF files do."""
    with path.open("rb") as stream:
        return stream.read(len(GGUF_MAGIC)) == GGUF_MAGIC


def _hold(descriptor: int, final: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorkbenchError(
            _("Another process is writing this result."),
            where=str(final),
            fix=_("Wait for it, or choose another folder."),
        ) from None
    except OSError:  # file systems without locks (some NFS)
        return


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_small(path: Path, text: str) -> None:
    """A small file, its folder made if need be.

    Raises:
        WorkbenchError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text)
    except OSError as error:
        raise cannot_write(path.parent, error) from error
