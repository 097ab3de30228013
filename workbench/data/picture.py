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
PICTURES_DECODED = 1000
"""Of many pictures so many are decoded whole; of the others, those whose end looks cut."""
_TAIL_BYTES = 4096
_HEAD_BYTES = 64
_SMALL = (64, 64)

_ORIENTATION = 0x0112
"""The EXIF field that says how a picture is to be turned; 1 is upright."""

Problem = Literal["outside", "address", "missing", "folder", "unreadable", "not_picture", "too_large", "broken"]
Oddity = Literal["animated", "mode", "turned"]


@dataclass(frozen=True)
class Picture:
    """What a file holds. ``problem``: why it cannot be used; ``oddities``: what is unusual about it, with details."""

    problem: Problem | None = None
    detail: str = ""
    oddities: tuple[tuple[Oddity, str], ...] = ()


class PictureFolders:
    """Where pictures may lie: in and below some folders, or in the cache, if they came out of the rows themselves."""

    def __init__(self, *folders: Path) -> None:
        self._first = folders[0]
        self._homes = [os.path.realpath(home) for home in (*folders, kept_pictures())]
        self._real: dict[str, str] = {}

    def locate(self, name: str) -> Path | Problem:
        """The file behind a name, which counts from the first folder, links followed; or why it is not opened."""
        if is_address(name):
            return "address"
        if "\0" in name:
            return "missing"
        path = self._followed(os.path.join(self._first, name))  # noqa: PTH118 - of hundreds of thousands
        is_inside = any(path == home or path.startswith(home.rstrip(os.sep) + os.sep) for home in self._homes)
        return Path(path) if is_inside else "outside"

    def _followed(self, path: str) -> str:
        """`os.path.realpath`, which asks for every part of a path anew, asked once for each folder."""
        folder, last = os.path.split(path)
        if last in {"", ".", ".."}:
            return os.path.realpath(path)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        path = os.path.join(self._real[folder], last)  # noqa: PTH118
        return os.path.realpath(path) if os.path.islink(path) else path  # noqa: PTH114


def locate(name: str, folder: Path) -> Path | Problem:
    """The file that a row names, if it is one below the picture folder, links followed, or came out of the row itself."""
    return PictureFolders(folder).locate(name)


def is_address(name: str) -> bool:
    """Whether a row gives a picture by an address, or as text of itself, instead of by a file."""
    return "://" in name or name.startswith("data:")


def look_at(path: Path, *, decode: bool) -> Picture:
    """What is in a file.

    Args:
        decode: decode all its pixels; otherwise only if its end looks cut.
    """
    try:
        if not path.is_file():
            return Picture("folder" if path.is_dir() else "missing")
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
    if _is_turned(image):
        found.append(("turned", ""))
    return tuple(found)


def _is_turned(image: Any) -> bool:
    """Whether EXIF says that it is to be turned or mirrored. Of PNG only what stands before the pixels is read."""
    from PIL import Image

    return Image.Image.getexif(image).get(_ORIENTATION, 1) not in {0, 1}


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
