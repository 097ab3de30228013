"""Results appear under their final name only when they are complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _

_PARTIAL = ".partial-"


@contextmanager
def complete_or_absent(final: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A folder to write into; it gets the final name when the block ends without an error, and is removed otherwise.

    Leftovers of an interrupted attempt are removed first.

    Raises:
        WorkbenchError: the final folder exists and is not empty (unless ``overwrite``).
    """
    refuse_existing(final, overwrite=overwrite)
    final.parent.mkdir(parents=True, exist_ok=True)
    for leftover in final.parent.glob(f".{final.name}{_PARTIAL}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    partial = final.with_name(f".{final.name}{_PARTIAL}{os.getpid()}")
    partial.mkdir()
    try:
        yield partial
        if final.exists():
            shutil.rmtree(final)
        partial.rename(final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def refuse_existing(final: Path, *, overwrite: bool) -> None:
    """Raise if a result would replace something.

    Raises:
        WorkbenchError: it would.
    """
    if final.exists() and not overwrite and (not final.is_dir() or any(final.iterdir())):
        raise WorkbenchError(
            _("The target exists and is not empty."),
            where=str(final),
            fix=_("Choose another folder, or allow replacing it: --force."),
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
            _("The result needs {needed:.1f} GB, but only {free:.1f} GB are free.").format(
                needed=needed_bytes / 1e9, free=free / 1e9
            ),
            where=str(folder),
            fix=_("Free some space or choose another folder."),
        )
