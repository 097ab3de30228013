"""The sample project's vision tower loads as any other one, sees what is in the held-out pictures, and can be made again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from sample_data.seeing.files import Drawn, drawn_pictures
from sample_data.seeing.tower import normalised, train_tower
from sample_data.seeing.world import COLOURS, SHAPES
from workbench.models.vision.pixels import pixel_values, read_picture
from workbench.models.vision.tower import VisionTower, load_vision_tower
from workbench.paths import shipped

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def tower() -> VisionTower:
    return load_vision_tower("sample:vision_tower", precision="fp32")


def _pixels(tower: VisionTower, drawn: Sequence[Drawn]) -> torch.Tensor:
    images = [read_picture(shipped("sample_data") / one.path) for one in drawn]
    return pixel_values(images, tower.processor, pad_image_to_square=True)


@torch.no_grad()
def _features(tower: VisionTower, drawn: Sequence[Drawn]) -> torch.Tensor:
    """Of each picture the mean of the patches that a language model is given, and a one."""
    states = tower.model(_pixels(tower, drawn), output_hidden_states=True).hidden_states[-2][:, 1:].mean(dim=1)
    return torch.cat([states, torch.ones(len(drawn), 1)], dim=1)


def _alike(drawn: Sequence[Drawn]) -> list[Drawn]:
    return [one for one in drawn if one.picture.kind in {"single", "group"}]


def _answers(drawn: Sequence[Drawn]) -> dict[str, torch.Tensor]:
    firsts = [one.picture.things[0] for one in drawn]
    return {
        "colour": torch.tensor([list(COLOURS).index(thing.colour) for thing in firsts]),
        "shape": torch.tensor([SHAPES.index(thing.name) for thing in firsts]),
        "count": torch.tensor([one.picture.count for one in drawn]),
    }


def test_colour_shape_and_count_of_unseen_pictures_can_be_read_off_its_features(tower: VisionTower) -> None:
    training, held_out = (_alike(drawn_pictures(held_out=held_out)) for held_out in (False, True))
    seen, unseen = _features(tower, training).double(), _features(tower, held_out).double()
    wanted = _answers(held_out)
    for what, answers in _answers(training).items():
        marks = torch.nn.functional.one_hot(answers).double()
        reading = torch.linalg.solve(seen.T @ seen + 0.1 * torch.eye(seen.shape[1], dtype=torch.double), seen.T @ marks)
        right = ((unseen @ reading).argmax(dim=1) == wanted[what]).double().mean()
        assert right > 0.8, what


def test_training_normalises_as_the_image_processor_does(tower: VisionTower) -> None:
    drawn = drawn_pictures(held_out=True)[:3]
    raw = [read_picture(shipped("sample_data") / one.path) for one in drawn]
    pixels = torch.stack([torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8) for image in raw])
    straight = normalised(pixels.reshape(3, 96, 96, 3).permute(0, 3, 1, 2))
    torch.testing.assert_close(_pixels(tower, drawn), straight, rtol=1e-4, atol=1e-5)


def test_the_same_seed_makes_the_same_tower(tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    try:
        one, same = (train_tower(tmp_path / name, pictures=60, steps=2) for name in ("one", "same"))
    finally:
        torch.set_num_threads(threads)
    assert (tmp_path / "one/model.safetensors").read_bytes() == (tmp_path / "same/model.safetensors").read_bytes()
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), same.state_dict().values(), strict=True))
