"""Files of pictures, sound and otherwise."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image


def picture(path: Path, mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: Any) -> Path:
    """A picture with so much noise in it that half of its file is not a whole one."""
    image = Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)).convert(mode)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG file, and a few bytes of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0" * 1000)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def llava_row(
    image: str | list[str] | None, question: str = "<image>\nWhat is this?", answer: str = "A"
) -> dict[str, Any]:
    """A row as LLaVA has it; without a picture one of text only."""
    columns = {} if image is None else {"image": image}
    return columns | {"conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]}
