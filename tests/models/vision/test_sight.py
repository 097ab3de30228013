"""Each ``<image>`` becomes the tokens of its picture, in order, and the model's arguments are joined."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from tests.models.vision.tiny import PATCHES, clip_tower, language_model, sample_tokenizer
from workbench.data.encode import IMAGE_TOKEN
from workbench.models.vision.assembly import assemble
from workbench.models.vision.sight import Look, joined_inputs, labels_with_looks, sight_of, with_looks

pytestmark = pytest.mark.heavy
_TWO = [Look([9, 9], {"pixel_values": torch.zeros(1, 3)}), Look([8], {"pixel_values": torch.ones(2, 3)})]


def test_each_mark_becomes_its_pictures_tokens() -> None:
    assert with_looks([1, IMAGE_TOKEN, 7, IMAGE_TOKEN], _TWO) == [1, 9, 9, 7, 8]


def test_pictures_have_no_loss() -> None:
    assert labels_with_looks([1, IMAGE_TOKEN, 7, IMAGE_TOKEN], [1, -100, 7, -100], _TWO) == [1, -100, -100, 7, -100]


def test_arguments_are_joined_in_the_order_of_the_pictures() -> None:
    ids = torch.tensor([[1, 9, 9, 7, 8]])
    assert joined_inputs(_TWO, ids)["pixel_values"].tolist() == [[0.0] * 3, [1.0] * 3, [1.0] * 3]
    assert joined_inputs([], ids) == {}


def test_a_model_may_want_to_know_which_tokens_are_pictures() -> None:
    looks = [Look([5, 9, 6], {}, {"kinds": (9,)}), Look([5, 9, 9, 6], {}, {"kinds": (9,)})]
    ids = torch.tensor([[1, 5, 9, 6, 2, 0, 0], [1, 5, 9, 9, 6, 7, 2]])
    assert joined_inputs(looks, ids)["kinds"].tolist() == [[0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0]]


def test_a_model_is_given_a_token_for_each_patch() -> None:
    tower = clip_tower()
    model = assemble(language_model("llama"), tower, sample_tokenizer())
    look = sight_of(model, tower.processor, pad_image_to_square=True).look(Image.new("RGB", (30, 50), "red"))
    assert look.ids == [model.config.image_token_id] * PATCHES
    side = tower.model.config.image_size
    assert look.inputs["pixel_values"].shape == (1, 3, side, side)
