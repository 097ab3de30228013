"""The pictures of a folder, and a picture as it is sent to a chat service: upright, small, without its metadata."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.data.picture import look_at
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    import PIL.Image

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
DEFAULT_LONGEST_SIDE = 1024
_MOST_PIXELS = 90_000_000
_QUALITY = 88


def pictures_in(place: Path) -> list[Path]:
    """A picture itself, or all pictures of a folder and the folders in it, by name.

    Hidden files are left out, and links that lead out of the folder: they would send what nobody meant to.

    Raises:
        WorkbenchError: nothing is there, or no picture.
    """
    if place.is_file() and _is_picture(place):
        return [place]
    if not place.exists():
        raise WorkbenchError(_("The image folder does not exist."), where=str(place))
    inside = place.resolve()
    found = [path for path in sorted(place.rglob("*")) if _is_picture(path) and _is_shown(path, place)]
    kept = [path for path in found if path.is_file() and path.resolve().is_relative_to(inside)]
    if not kept:
        fix = _("Pictures that can be read end in {endings}.").format(endings=listed(PICTURE_SUFFIXES))
        raise WorkbenchError(_("There are no pictures."), where=str(place), fix=fix)
    return kept


def folder_of(place: Path) -> Path:
    """A folder of pictures itself, or that of a picture."""
    return place if place.is_dir() else place.parent


def name_in_rows(picture: Path, folder: Path, sheet: Path) -> str:
    """How the rows of a sheet name a picture of a folder: as it is found from the sheet, if the folder is below it.

    Otherwise its path within the folder, which is then to be named as the image folder.
    """
    inside, base = picture.relative_to(folder), sheet.parent.resolve()
    return (folder.resolve().relative_to(base) / inside if is_found_from(sheet, folder) else inside).as_posix()


def base_of_names(sheet: Path, folder: Path) -> Path:
    """What the names in `name_in_rows` count from: the sheet's folder, or that of the pictures."""
    return sheet.parent if is_found_from(sheet, folder) else folder


def is_found_from(sheet: Path, folder: Path) -> bool:
    """Whether the pictures of a folder are below the folder of a sheet."""
    return folder.resolve().is_relative_to(sheet.parent.resolve())


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def _is_shown(path: Path, place: Path) -> bool:
    return not any(part.startswith(".") for part in path.relative_to(place).parts)


def require_picture(path: Path) -> None:
    """Raise unless a file is a picture that can be trained on.

    Raises:
        WorkbenchError: says why it is none.
    """
    if not path.is_file():
        raise WorkbenchError(_("The picture does not exist."), where=str(path), fix=_("Check its path."))
    seen = look_at(path, decode=True)
    if seen.problem:
        raise WorkbenchError(
            _("The picture cannot be read: {reason}").format(reason=seen.detail or _("it is no picture")),
            where=str(path),
            fix=_("Name the picture that the answer is about; if this is it, save it again as JPEG or PNG."),
        )


def data_url(path: Path, longest_side: int = DEFAULT_LONGEST_SIDE) -> str:
    """A picture as a ``data:`` URL of a JPEG whose longer side has at most so many pixels.

    Where and when it was taken is not sent along.

    Raises:
        WorkbenchError: the file is no picture, damaged, or too large to unpack.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise _too_large(path, picture.width, picture.height)
            picture.draft("RGB", (longest_side * 2, longest_side * 2))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((longest_side, longest_side))
            small = _on_white(upright) if upright.has_transparency_data else upright.convert("RGB")
        written = io.BytesIO()
        small.save(written, "JPEG", quality=_QUALITY)
    except WorkbenchError:
        raise
    except Exception as error:  # the library raises many kinds for a file that is damaged
        raise WorkbenchError(
            _("The picture cannot be read: {reason}").format(reason=error),
            where=str(path),
            fix=_("Save it again as JPEG or PNG, or take it out of the folder."),
        ) from error
    return "data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode()


def _on_white(picture: PIL.Image.Image) -> PIL.Image.Image:
    from PIL import Image

    layered = picture.convert("RGBA")
    white = Image.new("RGBA", layered.size, "white")
    white.alpha_composite(layered)
    return white.convert("RGB")


def _too_large(path: Path, width: int, height: int) -> WorkbenchError:
    what = _("The picture has {width} × {height} pixels, more than are unpacked.")
    return WorkbenchError(
        what.format(width=width, height=height),
        where=str(path),
        fix=_("Save it smaller, or take it out of the folder."),
    )
