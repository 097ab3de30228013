"""The one exception users see: what is wrong, where, and how to mend it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from workbench.i18n import N_, _

_REASONS = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("File exists"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("Directory not empty"),
    N_("Read-only file system"),
    N_("File name too long"),
    N_("Input/output error"),
    N_("Too many open files"),
)
"""What the system says most often, to be translated."""


class WorkbenchError(Exception):
    """A mistake the user can mend. The command line prints it and exits non-zero; the app shows it in place.

    Args:
        what: what is wrong, one sentence, already translated.
        where: the place, as ``file:row:field`` or as much of it as is known.
        fix: the next step that mends it, one sentence, already translated.
    """

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n  → {self.fix}" if self.fix else ""
        return f"{place}{self.what}{remedy}"


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like a misspelt one, best first (Ratcliff/Obershelp ratio of at least 0.5)."""
    return get_close_matches(name, list(known), n=count, cutoff=0.5)


def mend_file(path: Path) -> str:
    """What to do about a file that cannot be read: names those of its folder that are called nearly so."""
    folder = path.parent
    if not os.access(folder, os.F_OK) or not folder.is_dir():
        return _("The folder {folder} does not exist.").format(folder=folder)
    if os.access(path, os.F_OK) or not os.access(folder, os.R_OK | os.X_OK):
        return _("Let it be read, or name another file.")
    if names := nearest(path.name, (file.name for file in folder.iterdir())):
        return _("Nearest: {names}").format(names=", ".join(str(folder / name) for name in names))
    return _("Put it there, or name another file.")


def system_reason(error: OSError) -> str:
    """Why the system did not do it, in the user's language where it is one of the usual reasons."""
    return _(error.strerror) if error.strerror in _REASONS else str(error.strerror or error)
