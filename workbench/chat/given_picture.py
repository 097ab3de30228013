"""A picture as it was typed, pasted or dragged, looked at before it is sent. Light."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.chat.image_path import PICTURE_ENDINGS, is_address, picture_path, pictures_in
from workbench.data.picture import look_at
from workbench.data.picture_words import problem_sentence
from workbench.errors import WorkbenchError
from workbench.i18n import _

IMAGE_COMMAND = "/image"
_ENDING = rf"(?:{'|'.join(map(re.escape, PICTURE_ENDINGS))})['\"]?"
_PATH_AND_WORDS = re.compile(rf"(.+?{_ENDING})\s+(.+)", re.IGNORECASE)


def checked_picture(typed: str, folder: Path) -> str:
    """A picture by its whole path or, if that was typed, its address.

    Args:
        folder: what a relative path counts from.

    Raises:
        WorkbenchError: it is no picture that can be opened.
    """
    named = typed.strip()
    if not named:
        raise WorkbenchError(_("No picture is named."), fix=_("Write its path: /image PATH."))
    if is_address(named):
        return named
    path = picture_path(named, folder)
    require_picture(path)
    return str(path)


def require_picture(path: Path) -> None:
    """
    Raises:
        WorkbenchError: it is no picture that can be opened.
    """
    seen = look_at(path, decode=False)
    if seen.problem:
        fix = _("Check its path, or give another picture.")
        raise WorkbenchError(problem_sentence(seen.problem, seen.detail), where=str(path), fix=fix)


def split_message(text: str) -> tuple[str, list[str]]:
    """What a message says without its lines ``/image PATH``, and the paths that these name as they were typed.

    Words behind a path are of the message. A text that is nothing but paths of pictures, as a terminal writes files that are dragged into it, says nothing.
    """
    said, typed = [], []
    for line in text.splitlines():
        command, _blank, rest = line.strip().partition(" ")
        if command == IMAGE_COMMAND:
            path, words = _path_and_words(rest.strip())
            typed.append(path)
            said += [words] if words else []
        else:
            said.append(line)
    if not typed and (dragged := pictures_in(text)):
        return "", [str(path) for path in dragged]
    return "\n".join(said).strip(), typed


def _path_and_words(typed: str) -> tuple[str, str]:
    """A name that ends like a picture's is a path as a whole; else its end is at the first such ending before a blank."""
    if is_address(typed):
        address, _blank, words = typed.partition(" ")
        return address, words.strip()
    found = None if re.search(f"{_ENDING}$", typed, re.IGNORECASE) else _PATH_AND_WORDS.fullmatch(typed)
    return (found[1], found[2]) if found else (typed, "")
