"""Pictures of rows, small enough for a terminal. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.chat.image_path import is_address
from workbench.data.picture import PICTURE_FORMATS, Picture, locate, look_at
from workbench.data.picture_words import problem_sentence
from workbench.text import printable

if TYPE_CHECKING:
    import PIL.Image

_MOST_PIXELS = (160, 160)


@dataclass(frozen=True)
class Thumbnail:
    """A picture made small, or the reason why it cannot be shown."""

    name: str
    image: PIL.Image.Image | None = None
    problem: str = ""


def thumbnail(name: str, folder: Path) -> Thumbnail:
    """A small copy of the picture that a row names, which is looked for in and below a folder only."""
    shown = printable(name).replace("\n", " ")
    path = locate(name, folder)
    if not isinstance(path, Path):
        return Thumbnail(shown, problem=problem_sentence(path))
    return _made_small(shown, path)


def thumbnail_of(picture: str) -> Thumbnail:
    """A small copy of a picture that the user gave by its path; of one given by its address, the address."""
    if is_address(picture):
        return Thumbnail(printable(picture))
    return _made_small(printable(Path(picture).name).replace("\n", " "), Path(picture))


def _made_small(name: str, path: Path) -> Thumbnail:
    if problem := _said_of(look_at(path, decode=True)):
        return Thumbnail(name, problem=problem)
    try:
        return Thumbnail(name, _small(path))
    except Exception:  # an unusual kind of colours, or odd notes on how it was held, make Pillow raise nearly anything
        return Thumbnail(name, problem=problem_sentence("broken"))


def picture_problem(path: Path) -> str:
    """Why a file cannot be shown or sent, by its header and its end; empty if it can."""
    return _said_of(look_at(path, decode=False))


def _said_of(seen: Picture) -> str:
    return problem_sentence(seen.problem, printable(seen.detail)) if seen.problem else ""


def _small(path: Path) -> PIL.Image.Image:
    """On white where it is transparent."""
    from PIL import Image, ImageOps

    with Image.open(path, formats=PICTURE_FORMATS) as image:
        image.draft("RGB", _MOST_PIXELS)
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail(_MOST_PIXELS)
        solid = upright.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", solid.size, "white"), solid).convert("RGB")
