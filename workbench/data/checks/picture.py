"""Looking at the file of a picture without trusting it: its header always, its pixels where that is cheap enough."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from workbench.data.kept_pictures import kept_pictures
from workbench.i18n import _

PICTURE_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
"""What is opened as a picture (names of Pillow). Nothing that runs a program or holds a program."""
USUAL_MODES = frozenset({"RGB", "RGBA", "L", "P", "1"})
_TAIL_BYTES = 4096
_HEAD_BYTES = 64
_SMALL = (64, 64)

Problem = Literal["outside", "address", "missing", "unreadable", "not_picture", "too_large", "broken"]
Oddity = Literal["animated", "mode"]


@dataclass(frozen=True)
class Picture:
    """What a file holds. ``problem``: why it cannot be used; ``oddities``: what is unusual about it, with details."""

    problem: Problem | None = None
    detail: str = ""
    oddities: tuple[tuple[Oddity, str], ...] = ()


def locate(name: str, folder: Path) -> Path | Problem:
    """The file that a row names, if it is one below the picture folder, links followed, or came out of the row itself."""
    if "://" in name or name.startswith("data:"):
        return "address"
    if "\0" in name:
        return "missing"
    path = Path(os.path.realpath(folder / name))
    is_inside = any(path.is_relative_to(os.path.realpath(home)) for home in (folder, kept_pictures()))
    return path if is_inside else "outside"


def look_at(path: Path, *, decode: bool) -> Picture:
    """What is in a file.

    Args:
        decode: decode all its pixels; otherwise only if its end looks cut.
    """
    try:
        if not path.is_file():
            return Picture("missing")
        with path.open("rb") as stream:
            return _opened(stream, decode)
    except OSError as error:
        return Picture("unreadable", error.strerror or type(error).__name__)


def _opened(stream: IO[bytes], decode: bool) -> Picture:
    from PIL import Image, UnidentifiedImageError

    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(stream, formats=PICTURE_FORMATS) as image:
                oddities = _oddities(image)
                if decode or _may_be_cut(image.format, stream):
                    image.draft(image.mode, _SMALL)
                    image.load()
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            pixels = (Image.MAX_IMAGE_PIXELS or 0) // 10**6
            return Picture("too_large", _("more than {count} million pixels").format(count=pixels))
        except UnidentifiedImageError:
            return Picture("not_picture", _guess(head))
        except Exception:  # a damaged picture makes its decoder raise nearly anything
            return Picture("broken")
    return Picture(oddities=oddities)


def _oddities(image: Any) -> tuple[tuple[Oddity, str], ...]:
    found: list[tuple[Oddity, str]] = []
    if getattr(image, "is_animated", False) and image.format != "MPO":
        found.append(("animated", str(image.format)))
    if image.mode not in USUAL_MODES:
        found.append(("mode", str(image.mode)))
    return tuple(found)


def _guess(head: bytes) -> str:
    """What a file that is no picture may be."""
    if not head:
        return _("the file is empty")
    if head.startswith(b"version https://git-lfs"):
        return _("a Git LFS pointer, not the file itself")
    if all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        return _("text")
    return ""


def _may_be_cut(kind: str | None, stream: IO[bytes]) -> bool:
    """Whether the end of a file is not what its format ends with; of formats without a known end, always."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - _TAIL_BYTES, 0))
    tail = stream.read(_TAIL_BYTES)
    is_whole = _IS_WHOLE.get(kind or "")
    stream.seek(0)
    return is_whole is None or not is_whole(tail, size, stream)


def _riff_is_whole(_tail: bytes, size: int, stream: IO[bytes]) -> bool:
    stream.seek(4)
    announced = int.from_bytes(stream.read(4), "little")
    stream.seek(0)
    return announced + 8 <= size


_IS_WHOLE: dict[str, Callable[[bytes, int, IO[bytes]], bool]] = {
    "JPEG": lambda tail, _size, _stream: b"\xff\xd9" in tail,
    "MPO": lambda tail, _size, _stream: b"\xff\xd9" in tail,
    "PNG": lambda tail, _size, _stream: b"IEND" in tail[-64:],
    "GIF": lambda tail, _size, _stream: tail.rstrip(b"\0").endswith(b";"),
    "WEBP": _riff_is_whole,
}
