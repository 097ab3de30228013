"""Paths of pictures as people give them: typed, quoted, or pasted by a terminal into which a file was dragged.

Light: neither torch nor Pillow is imported.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workbench.paths import SAMPLE_PREFIX, resolve_model

PICTURE_ENDINGS = tuple(
    ".avif .bmp .gif .jp2 .jpeg .jpg .jpe .pbm .pgm .png .pnm .ppm .tif .tiff .webp".split()  # noqa: SIM905
)
"""What names of pictures end with, in small letters."""
_LONGEST = 20_000
"""Characters. A longer text is no list of dragged files."""


def is_address(text: str) -> bool:
    """Whether a picture is given by an http(s) address."""
    return text.strip().lower().startswith(("http://", "https://"))


def picture_path(typed: str, folder: Path | None = None) -> Path:
    """The file that a typed or pasted path means, absolute; it need not exist.

    Quotes, backslashes before blanks, ``file://``, ``~`` and ``sample:`` are understood. A file whose name has these characters
    is found by its name as it is.

    Args:
        folder: what a relative path counts from; the current one by default.
    """
    home = folder or Path.cwd()
    text = typed.strip()
    as_typed = home / _expanded(text)
    if text.startswith("file:"):
        return home / _of_uri(text)
    if _is_file(as_typed):
        return as_typed
    words = _words(text)
    return home / _plain(words[0]) if len(words) == 1 else as_typed


def pictures_in(text: str) -> list[Path]:
    """The pictures, if a text is nothing but whole paths of picture files that are there; else an empty list.

    Understands one path on each line, and several on a line as a terminal pastes them.
    """
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST or "\0" in stripped:
        return []
    lines = [line.strip() for line in stripped.splitlines() if line.strip()]
    return _all_pictures(lines) or _all_pictures(word for line in lines for word in _words(line))


def _all_pictures(names: Iterable[str]) -> list[Path]:
    paths = [picture_path(name) if _is_whole(name) else None for name in names]
    found = [path for path in paths if path and path.suffix.lower() in PICTURE_ENDINGS and _is_file(path)]
    return found if len(found) == len(paths) else []


def _is_whole(name: str) -> bool:
    return name.lstrip("'\"").startswith(("/", "~", "file:", SAMPLE_PREFIX))


def _words(text: str) -> list[str]:
    """The words that a shell would see; none if a quote is not closed."""
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _plain(word: str) -> Path:
    return _of_uri(word) if word.startswith("file:") else _expanded(word)


def _of_uri(uri: str) -> Path:
    return Path(unquote(urlsplit(uri, allow_fragments=False).path))


def _expanded(text: str) -> Path:
    return Path(resolve_model(text))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
