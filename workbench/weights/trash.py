"""Deleting with a way back: what is deleted is moved into a hidden folder beside it, on the same disk.

A list of everything that lies so is kept in the user's state folder. Nothing is moved that is not on the list first, so
that a process that dies leaves nothing behind that nobody knows of.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ValidationError

from workbench.errors import WorkbenchError, system_reason
from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.process import ProcessIdentity, identify
from workbench.paths import user_state

TRASH_FOLDER = ".workbench-trash"


class Trashed(BaseModel):
    """Something deleted. ``owner``: the app that empties it when it closes; none if a command deleted it."""

    origin: Path
    place: Path
    project: Path
    bytes: int
    time: float
    owner: tuple[str, int, int, str] | None = None

    @property
    def is_left_over(self) -> bool:
        """Whether the app that deleted it has ended without emptying it."""
        if self.owner is None:
            return False
        identity = ProcessIdentity(*self.owner)
        return not identity.is_elsewhere() and not identity.is_alive()

    @property
    def is_own(self) -> bool:
        """Whether this process deleted it."""
        return self.owner == _this_process()


def move_to_trash(path: Path, project: Path, size: int, *, kept_after_exit: bool = False) -> Trashed:
    """Take something out of its place.

    Args:
        size: its bytes, as they are shown later.
        kept_after_exit: it stays until it is emptied by name, whatever becomes of this process.

    Raises:
        WorkbenchError: its folder cannot be written.
    """
    path = path.absolute()
    place = path.parent / TRASH_FOLDER / str(time.time_ns()) / path.name
    item = Trashed(
        origin=path,
        place=place,
        project=project.resolve(),
        bytes=size,
        time=time.time(),
        owner=None if kept_after_exit else _this_process(),
    )
    with _list() as items:
        items.append(item)
    try:
        place.parent.mkdir(parents=True)
        path.rename(place)
    except OSError as error:
        _forget([item])
        _remove_empty(place.parent)
        raise WorkbenchError(
            _("It cannot be deleted: {reason}").format(reason=system_reason(error)),
            where=str(path),
            fix=_("Is its folder yours, and writable?"),
        ) from error
    return item


def trashed(project: Path) -> list[Trashed]:
    """What was deleted in a project and can be brought back, oldest first."""
    place = project.resolve()
    return [item for item in _read() if item.project == place and os.path.lexists(item.place)]


def restore(item: Trashed) -> None:
    """Put it back where it was.

    Raises:
        WorkbenchError: something else is there now, or the folder cannot be written.
    """
    if os.path.lexists(item.origin):
        raise WorkbenchError(
            _("Something else is in its place now."), where=str(item.origin), fix=_("Move that away, then try again.")
        )
    try:
        item.origin.parent.mkdir(parents=True, exist_ok=True)
        item.place.rename(item.origin)
    except OSError as error:
        raise WorkbenchError(
            _("It cannot be brought back: {reason}").format(reason=system_reason(error)), where=str(item.place)
        ) from error
    _remove_empty(item.place.parent)
    _forget([item])


def empty(items: Sequence[Trashed]) -> None:
    """Remove for good what was deleted."""
    for item in items:
        if item.place.is_symlink() or item.place.is_file():
            item.place.unlink(missing_ok=True)
        else:
            shutil.rmtree(item.place, ignore_errors=True)
        _remove_empty(item.place.parent)
    _forget([item for item in items if not os.path.lexists(item.place)])


def _this_process() -> tuple[str, int, int, str]:
    own = identify(os.getpid())
    assert own is not None
    return own.host, own.pid, own.start_ticks, own.boot_id


def _remove_empty(folder: Path) -> None:
    """The folder made for one thing, and the one around it, unless they hold more."""
    for one in (folder, folder.parent):
        try:
            one.rmdir()
        except OSError:
            return


def _forget(gone: Sequence[Trashed]) -> None:
    with _list() as items:
        items[:] = [item for item in items if item not in gone]


@contextmanager
def _list() -> Iterator[list[Trashed]]:
    """The list, to change; nobody else changes it meanwhile.

    Raises:
        WorkbenchError: the user's state folder cannot be written.
    """
    try:
        user_state().mkdir(parents=True, exist_ok=True)
        with locked(user_state()):
            items = _read()
            yield items
            there = [item.model_dump(mode="json") for item in items]
            write_atomic(_file(), json.dumps(there, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise WorkbenchError(
            _("The list of what was deleted cannot be written: {reason}").format(reason=system_reason(error)),
            where=str(_file()),
        ) from error


def _file() -> Path:
    return user_state() / "trash.json"


def _read() -> list[Trashed]:
    try:
        return [Trashed.model_validate(item) for item in json.loads(_file().read_bytes())]
    except (OSError, ValueError, TypeError, ValidationError):
        return []
