"""From a file to the pixels that a vision tower takes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from workbench.data.picture import PICTURE_FORMATS
from workbench.errors import WorkbenchError
from workbench.i18n import _


def read_picture(path: Path) -> Image.Image:
    """The picture in a file, RGB, upright by its EXIF mark; of an animation the first picture.

    Raises:
        WorkbenchError: there is no picture that can be read, or it has more pixels than Pillow lets through.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=PICTURE_FORMATS) as image:
                return in_colour(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise WorkbenchError(
            _("The picture has more than {count} million pixels.").format(count=(Image.MAX_IMAGE_PIXELS or 0) // 10**6),
            where=str(path),
            fix=_("Make it smaller."),
        ) from error
    except UnidentifiedImageError as error:
        raise WorkbenchError(_("The file is no picture."), where=str(path)) from error
    except FileNotFoundError as error:
        raise WorkbenchError(_("This picture is not there."), where=str(path)) from error
    except IsADirectoryError as error:
        raise WorkbenchError(_("This is a folder, not a picture."), where=str(path)) from error
    except Exception as error:  # a damaged picture makes its decoder raise nearly anything
        raise WorkbenchError(
            _("The picture cannot be read: {reason}").format(reason=str(error).split("\n")[0][:100]), where=str(path)
        ) from error


def in_colour(image: Image.Image) -> Image.Image:
    """The picture in RGB; 16 bits a pixel become 8, which Pillow itself would cut off instead."""
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.int64)
        return Image.fromarray((values.clip(0, 65535) // 257).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")


def padded_to_square(image: Image.Image, mean: Sequence[float]) -> Image.Image:
    """The picture in the middle of a square of the tower's mean colour, as LLaVA-1.5 does instead of cutting it.

    Args:
        mean: the image processor's, a share of 1 for each channel.
    """
    side = max(image.size)
    red, green, blue = (int(channel * 255) for channel in mean)
    square = Image.new("RGB", (side, side), (red, green, blue))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def pixel_values(images: Sequence[Image.Image], processor: Any, *, pad_image_to_square: bool) -> torch.Tensor:
    """What the tower takes: floats ``[images, 3, side, side]``.

    Args:
        processor: the tower's image processor. Without padding it does as its own settings say; CLIP's makes the
            shorter side fit and cuts off what is over of the longer one.
    """
    if pad_image_to_square:
        images = [padded_to_square(image, processor.image_mean) for image in images]
    found: torch.Tensor = processor(images=list(images), return_tensors="pt")["pixel_values"]
    return found
