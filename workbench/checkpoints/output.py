"""Results appear under their final name only when they are complete."""

from __future__ import annotations

import errno
import fcntl
import glob
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from workbench import __version__
from workbench.checkpoints.result_files import added_files, note_files
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _
from workbench.sizes import in_words
from workbench.text import printable

JOURNAL_FILE = ".written.jsonl"
"""What is complete in a folder being written, so that an interrupted attempt can go on; gone from the result."""
_LOCK_FILE = ".writing"
_PARTIAL = ".partial-"
_RESUMABLE = "resume-"
_REPLACED = ".replaced-"
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def complete_or_absent(
    final: Path, *, overwrite: bool = False, sources: Iterable[Path] = (), resume_key: str | None = None
) -> Iterator[Path]:
    """A folder to write into; it gets the final name when the block ends without an error, and is removed otherwise.

    With a resume key (see `resume_key_of`) an interrupted attempt, even a killed one, leaves what it wrote; the next
    attempt with the same key gets that folder, one with another key removes it. With ``overwrite`` the earlier result
    stays until the new one is complete.

    Raises:
        WorkbenchError: the final folder may not be replaced (see `refuse_existing`), its parent cannot be written,
            another process is writing the same result, or the disk becomes full.
    """
    _put_back_replaced(final)
    refuse_existing(final, overwrite=overwrite, sources=sources)
    owner = f"{_RESUMABLE}{resume_key}" if resume_key else str(os.getpid())
    partial = final.with_name(f".{final.name}{_PARTIAL}{owner}")
    with ExitStack() as lock:
        _prepare(partial, final, lock)
        try:
            yield partial
            _put_in_place(partial, final)
        except Exception as error:
            shutil.rmtree(partial, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in _DISK_FULL:
                raise _disk_full(final) from error
            raise
        finally:
            if resume_key is None:
                shutil.rmtree(partial, ignore_errors=True)


def resume_key_of(files: Iterable[Path], *settings: object) -> str:
    """A key for `complete_or_absent`: the same as long as the files read (names, sizes, times) and the settings are.

    Another version of workbench does not go on with what this one wrote.
    """
    facts = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)]
    return hashlib.sha256(repr((__version__, facts, settings)).encode()).hexdigest()[:16]


def _prepare(partial: Path, final: Path, lock: ExitStack) -> None:
    """Make or take up the partial folder, and hold it against other processes."""
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(final, but=partial)
        partial.mkdir(exist_ok=True)
        stream = lock.enter_context((partial / _LOCK_FILE).open("a"))
    except OSError as error:
        raise WorkbenchError(
            _("The folder cannot be written: {reason}").format(reason=system_reason(error)),
            where=str(final.parent),
            fix=_("Choose another folder."),
        ) from error
    if not _lock(stream.fileno()):
        raise WorkbenchError(
            _("Another process is writing this result."),
            where=str(final),
            fix=_("Wait for it, or choose another folder."),
        )


def _lock(descriptor: int) -> bool:
    """Whether nobody else holds the lock; the kernel drops it if its holder dies."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # file systems without locks (some NFS)
        return True
    return True


def _remove_leftovers(final: Path, *, but: Path) -> None:
    """Remove what attempts whose process has gone left beside the final folder."""
    for leftover in _beside(final, _PARTIAL):
        if leftover != but and not _is_in_use(leftover):
            shutil.rmtree(leftover, ignore_errors=True)


def _is_in_use(leftover: Path) -> bool:
    owner = leftover.name.rpartition(_PARTIAL)[2]
    if owner.isdigit():
        return psutil.pid_exists(int(owner))
    try:
        with (leftover / _LOCK_FILE).open("a") as stream:
            return not _lock(stream.fileno())
    except OSError:
        return False


def _beside(final: Path, mark: str) -> list[Path]:
    return sorted(final.parent.glob(f".{glob.escape(final.name)}{mark}*"))


def _put_in_place(partial: Path, final: Path) -> None:
    """Give the folder its final name once everything in it is on the disk."""
    for name in (JOURNAL_FILE, _LOCK_FILE):
        for path in partial.rglob(name):
            path.unlink()
    note_files(partial)
    for path in sorted(partial.rglob("*")):
        _sync(path)
    _sync(partial)
    replaced = final.with_name(f".{final.name}{_REPLACED}{os.getpid()}")
    if final.exists():
        final.rename(replaced)
    partial.rename(final)
    _sync(final.parent)
    shutil.rmtree(replaced, ignore_errors=True)


def _put_back_replaced(final: Path) -> None:
    """An earlier result that a killed attempt had just moved aside gets its name back, or goes if the new one stands."""
    for replaced in _beside(final, _REPLACED):
        if psutil.pid_exists(int(replaced.name.rpartition(_REPLACED)[2] or 0)):
            continue
        if final.exists():
            shutil.rmtree(replaced, ignore_errors=True)
        else:
            replaced.rename(final)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _disk_full(final: Path) -> WorkbenchError:
    return WorkbenchError(
        _("The disk became full while the result was written; what was written of it is removed."),
        where=str(final),
        fix=_("Free some space or choose another folder."),
    )


def refuse_existing(final: Path, *, overwrite: bool, sources: Iterable[Path] = ()) -> None:
    """Raise if a result would replace something that it may not.

    Args:
        overwrite: the user allows replacing an earlier result: a folder of which ``workbench.json`` names all files.
        sources: what is read from; the result may not replace it or a folder around it.

    Raises:
        WorkbenchError: it would.
    """
    place = final.resolve()
    if any(source.resolve().is_relative_to(place) for source in sources):
        raise WorkbenchError(
            _("The target is, or holds, what the result is made from."),
            where=str(final),
            fix=_("Choose another folder."),
        )
    if not final.exists() or (final.is_dir() and not any(final.iterdir())):
        return
    if not overwrite:
        raise WorkbenchError(
            _("The target exists and is not empty."),
            where=str(final),
            fix=_("Choose another folder, or allow replacing it: --force."),
        )
    added = added_files(final)
    if added is None:
        raise WorkbenchError(
            _("The target is no earlier result of workbench, so it is not replaced."),
            where=str(final),
            fix=_("Choose another folder, or remove this one yourself."),
        )
    if added:
        raise WorkbenchError(
            _("The target holds files that are not of the earlier result, so it is not replaced: {names}.").format(
                names=printable(", ".join(added[:3]))
            ),
            where=str(final),
            fix=_("Move them elsewhere, or choose another folder."),
        )


def require_space(folder: Path, needed_bytes: int) -> None:
    """Raise before writing if the disk cannot hold the result.

    Raises:
        WorkbenchError: names how much is needed and how much is free.
    """
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < needed_bytes:
        raise WorkbenchError(
            _("The result needs {needed}, but only {free} are free.").format(
                needed=in_words(needed_bytes), free=in_words(free)
            ),
            where=re.sub(rf"\.([^/]+){re.escape(_PARTIAL)}[^/]+", r"\1", str(folder)),
            fix=_("Free some space or choose another folder."),
        )
