"""Results appear under their final name only when they are complete."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from workbench.configs.provenance import PROVENANCE_FILE
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.sizes import in_words

_PARTIAL = ".partial-"


@contextmanager
def complete_or_absent(final: Path, *, overwrite: bool = False, sources: Iterable[Path] = ()) -> Iterator[Path]:
    """A folder to write into; it gets the final name when the block ends without an error, and is removed otherwise.

    Leftovers of an interrupted attempt are removed first. With ``overwrite`` the earlier result stays until the new
    one is complete.

    Raises:
        WorkbenchError: the final folder may not be replaced (see `refuse_existing`), or its parent cannot be written.
    """
    refuse_existing(final, overwrite=overwrite, sources=sources)
    partial = final.with_name(f".{final.name}{_PARTIAL}{os.getpid()}")
    replaced = partial.with_name(f"{partial.name}-replaced")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(final)
        partial.mkdir()
    except OSError as error:
        raise WorkbenchError(
            _("The folder cannot be written: {reason}").format(reason=error.strerror or error),
            where=str(final.parent),
            fix=_("Choose another folder."),
        ) from error
    try:
        yield partial
        if final.exists():
            final.rename(replaced)
        partial.rename(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def _remove_leftovers(final: Path) -> None:
    """Remove what attempts whose process has gone left beside the final folder."""
    for leftover in final.parent.glob(f".{glob.escape(final.name)}{_PARTIAL}*"):
        owner = leftover.name.rpartition(_PARTIAL)[2].split("-")[0]
        if not (owner.isdigit() and psutil.pid_exists(int(owner))):
            shutil.rmtree(leftover, ignore_errors=True)


def refuse_existing(final: Path, *, overwrite: bool, sources: Iterable[Path] = ()) -> None:
    """Raise if a result would replace something that it may not.

    Args:
        overwrite: the user allows replacing an earlier result: a folder that holds ``workbench.json``.
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
    if not (final / PROVENANCE_FILE).is_file():
        raise WorkbenchError(
            _("The target is no earlier result of workbench, so it is not replaced."),
            where=str(final),
            fix=_("Choose another folder, or remove this one yourself."),
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
            where=str(folder),
            fix=_("Free some space or choose another folder."),
        )
