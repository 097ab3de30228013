"""Pictures become the pixels that CLIP was trained on, whatever their file holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.models.vision.tiny import SIDE, clip_tower
from workbench.errors import WorkbenchError
from workbench.models.vision.pixels import padded_to_square, pixel_values, read_picture

pytestmark = pytest.mark.heavy
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)


def test_a_picture_is_padded_in_the_middle_of_clips_mean_colour() -> None:
    square = padded_to_square(Image.new("RGB", (10, 4), (255, 0, 0)), _CLIP_MEAN)
    assert square.size == (10, 10)
    rows = np.asarray(square)[:, 0].tolist()
    assert rows == [[122, 116, 104]] * 3 + [[255, 0, 0]] * 4 + [[122, 116, 104]] * 3


def test_padding_keeps_what_cutting_loses() -> None:
    wide = Image.new("RGB", (96, 32), (0, 0, 0))
    wide.paste((255, 255, 255), (0, 0, 20, 32))
    processor = clip_tower().processor
    cut = pixel_values([wide], processor, pad_image_to_square=False)
    padded = pixel_values([wide], processor, pad_image_to_square=True)
    assert cut.shape == padded.shape == (1, 3, SIDE, SIDE)
    assert cut.std() == pytest.approx(cut[:, :, 0].std(), abs=0.2)
    assert cut.max() < padded.max()


def test_pixels_are_clips_normalised_channels() -> None:
    image = Image.new("RGB", (SIDE, SIDE), (255, 0, 128))
    found = pixel_values([image], clip_tower().processor, pad_image_to_square=True)[0, :, 5, 5]
    spread = torch.tensor([0.26862954, 0.26130258, 0.27577711])
    expected = (torch.tensor([1.0, 0.0, 128 / 255]) - torch.tensor(_CLIP_MEAN)) / spread
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_a_picture_on_its_side_is_put_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (8, 4), (0, 0, 0))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "side.jpg", exif=exif)
    assert read_picture(tmp_path / "side.jpg").size == (4, 8)


@pytest.mark.parametrize(
    ("name", "mode", "value", "expected"),
    [
        ("deep.png", "I;16", 32768, (127, 127, 127)),
        ("print.jpg", "CMYK", (0, 255, 255, 0), (254, 0, 0)),
        ("clear.png", "RGBA", (10, 20, 30, 0), (10, 20, 30)),
        ("grey.png", "L", 200, (200, 200, 200)),
        ("line.png", "1", 1, (255, 255, 255)),
    ],
)
def test_unusual_pictures_become_rgb(
    name: str, mode: str, value: object, expected: tuple[int, ...], tmp_path: Path
) -> None:
    Image.new(mode, (8, 8), value).save(tmp_path / name)  # type: ignore[arg-type]
    found = read_picture(tmp_path / name)
    assert found.mode == "RGB"
    assert np.abs(np.asarray(found)[3, 3].astype(int) - np.array(expected)).max() <= 2


def test_of_an_animation_the_first_picture_is_taken(tmp_path: Path) -> None:
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(tmp_path / "moving.gif", save_all=True, append_images=[second])
    assert read_picture(tmp_path / "moving.gif").getpixel((3, 3)) == (255, 0, 0)


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "folder.png").mkdir()
    whole = tmp_path / "whole.png"
    Image.effect_noise((64, 64), 50).save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:900])
    for name, said in (
        ("text.png", "no picture"),
        ("folder.png", "folder"),
        ("gone.png", "not there"),
        ("cut.png", "cannot be read"),
    ):
        with pytest.raises(WorkbenchError, match=said) as refused:
            read_picture(tmp_path / name)
        assert refused.value.where == str(tmp_path / name)


def test_a_picture_of_too_many_pixels_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("1", (200, 200)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20_000)
    with pytest.raises(WorkbenchError, match="million pixels"):
        read_picture(tmp_path / "bomb.png")
