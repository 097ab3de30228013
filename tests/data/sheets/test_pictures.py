"""Which pictures are sent, and what of them."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests.data.sheets.conftest import Photos
from workbench.data.sheets.pictures import data_url, pictures_in
from workbench.errors import WorkbenchError


def sent(path: Path, longest_side: int = 64) -> Image.Image:
    head, data = data_url(path, longest_side).split(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_the_pictures_of_a_folder_by_name(photos: Photos, tmp_path: Path) -> None:
    folder = photos("b.png", "a.JPG", "pets/c.webp", ".hidden.png", ".cache/d.png")
    (folder / "notes.txt").write_text("no picture")
    (tmp_path / "secret").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "secret" / "s.png")
    (folder / "link.png").symlink_to(tmp_path / "secret" / "s.png")
    (folder / "loop").symlink_to(folder)
    assert [path.relative_to(folder).as_posix() for path in pictures_in(folder)] == ["a.JPG", "b.png", "pets/c.webp"]
    assert pictures_in(folder / "b.png") == [folder / "b.png"]


def test_a_place_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no pictures"):
        pictures_in(tmp_path)
    with pytest.raises(WorkbenchError, match="does not exist"):
        pictures_in(tmp_path / "none")


def test_a_picture_is_sent_small(photos: Photos) -> None:
    folder = photos("a.png", size=(400, 100))
    assert sent(folder / "a.png").size == (64, 16)
    assert sent(folder / "a.png", 1024).size == (400, 100)


def test_a_picture_is_sent_upright_and_without_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010E] = "at home"
    Image.new("RGB", (40, 20)).save(path, exif=exif)
    picture = sent(path)
    assert picture.size == (20, 40)
    assert not picture.getexif()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "I;16", "CMYK"])
def test_every_kind_of_colour_is_sent(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tiff" if mode == "CMYK" else "a.png")
    Image.new(mode, (8, 8)).save(path)
    assert sent(path).mode == "RGB"


def test_what_shows_through_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert sent(tmp_path / "a.png").getpixel((4, 4)) == (255, 255, 255)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose head promises so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checked = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + checked + struct.pack(">I", zlib.crc32(checked))


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\xff\xd8\xff\xe0", bomb(8, 8), bomb(30_000, 30_000), bomb(10_000, 10_000)]
)
def test_what_cannot_be_read_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(WorkbenchError) as caught:
        data_url(path)
    assert caught.value.where == str(path) and caught.value.fix
