"""Pictures to show to a model. Light."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw


def picture(path: Path, colour: str, size: tuple[int, int] = (60, 40)) -> Path:
    """A disc of a colour."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).ellipse((10, 5, 40, 35), fill=colour)
    image.save(path)
    return path
