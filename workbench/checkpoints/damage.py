"""What a file is that should hold weights and does not: told by its first bytes."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _

_LOOKED_AT_BYTES = 1024


def refuse_other_kinds(path: Path) -> None:
    """Raise if a file plainly holds no weights: what downloads and copies that went wrong leave behind.

    Raises:
        WorkbenchError: says what it is, and what to do.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_LOOKED_AT_BYTES)
    except OSError as error:
        raise WorkbenchError(
            _("The file cannot be read: {reason}").format(reason=system_reason(error)),
            where=str(path),
            fix=_("Check who may read it, and that the disk is there."),
        ) from error
    said = _other_kind(head)
    if said is not None:
        raise WorkbenchError(said[0], where=str(path), fix=said[1])


def _other_kind(head: bytes) -> tuple[str, str] | None:
    again = _("Copy or download it again.")
    if not head:
        return _("The file is empty (0 bytes)."), again
    if not head.strip(b"\0"):
        return _("The file begins with nothing but zeros: a copy or download that was not finished."), again
    if head.startswith(b"version https://git-lfs"):
        return (
            _("The file is only the note that Git LFS leaves in the place of large files."),
            _("Fetch the file itself: git lfs pull, or workbench download."),
        )
    if head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return (
            _("The file is a web page, not weights: the server answered with a page instead of the file."),
            _("Download it again; the hub may ask you to log in or to accept a license first."),
        )
    if _is_text(head):
        return _("The file is text, not weights."), _("Name the file that holds the weights.")
    return None


def _is_text(head: bytes) -> bool:
    """Whether these are printable characters of UTF-8; old pickles in ASCII are not weights of any training."""
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < _LOOKED_AT_BYTES else "ignore")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\r\n\t" for character in text)
