"""Pictures that are given to a model: from what was typed to files that can be sent. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.chat.image_path import is_address, picture_path
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.ui.pictures import picture_problem

IMAGE_COMMAND = "/image"


def split_message(text: str) -> tuple[str, list[str]]:
    """What a message says without its lines ``/image PATH``, and the paths that these name as they were typed."""
    said, typed = [], []
    for line in text.splitlines():
        command, _blank, rest = line.strip().partition(" ")
        if command == IMAGE_COMMAND:
            typed.append(rest.strip())
        else:
            said.append(line)
    return "\n".join(said).strip(), typed


def path_being_typed(line: str) -> str | None:
    """The path in a line ``/image PATH``; None in any other line."""
    command, blank, rest = line.lstrip().partition(" ")
    return rest if command == IMAGE_COMMAND and blank else None


def checked_picture(typed: str, project: Path) -> str:
    """A picture that was typed, pasted or dragged, by its whole path or, if that was typed, its address.

    Raises:
        WorkbenchError: it is no picture that can be opened.
    """
    named = typed.strip()
    if not named:
        raise WorkbenchError(_("No picture is named."), fix=_("Write its path: /image PATH; tab completes it."))
    if is_address(named):
        return named
    path = picture_path(resolve_model(named), project)
    if problem := picture_problem(path):
        raise WorkbenchError(problem, where=str(path))
    return str(path)


def picture_name(picture: str) -> str:
    """A short name of a picture, safe to print."""
    return printable(Path(picture).name or picture).replace("\n", " ")
