"""Questions about pictures: each gets its own, wherever it stands in a batch, and text is answered as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.evaluation.conftest import Sample
from tests.models.vision.tiny import clip_tower, language_model, sample_tokenizer
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.models.vision.assembly import assemble
from workbench.models.vision.sight import Sight, sight_of

pytestmark = pytest.mark.heavy
_COLOURS = ("red", "blue", "white")
_QUESTIONS = [
    "What is 3 plus 5?",
    "What colour is it?",
    "Hi",
    "Which one is larger, the first or the second?",
    "它是？",
]
_SHOWN = [(), ("red",), (), ("blue", "red"), ("white",)]


@pytest.fixture(scope="module")
def seeing() -> tuple[Sample, Sight]:
    """A tiny model that nobody trained, with a projector drawn so large that what it says depends on the pictures."""
    tower, tokenizer = clip_tower(), sample_tokenizer()
    torch.manual_seed(5)
    model = assemble(language_model("internlm2", initializer_range=0.3), tower, tokenizer).eval()
    with torch.no_grad():
        model.model.multi_modal_projector.linear_2.weight *= 8
    sight = sight_of(model, tower.processor, pad_image_to_square=True)
    return Sample(model, tokenizer, get_template("internlm2_chat")), sight


@pytest.fixture
def shown(tmp_path: Path) -> list[list[Path]]:
    """Files of the pictures that go with `_QUESTIONS`."""
    for colour in _COLOURS:
        Image.new("RGB", (20, 30), colour).save(tmp_path / f"{colour}.png")
    return [[tmp_path / f"{colour}.png" for colour in some] for some in _SHOWN]


def test_answers_in_a_mixed_batch_equal_those_given_one_by_one(
    seeing: tuple[Sample, Sight], shown: list[list[Path]]
) -> None:
    sample, sight = seeing

    def asked(questions: list[str], pictures: Sequence[Sequence[Path]]) -> list[str]:
        return sample.answers(questions, pictures=pictures, sight=sight)

    one_by_one = [asked([question], [some])[0] for question, some in zip(_QUESTIONS, shown, strict=True)]
    assert asked(_QUESTIONS, shown) == one_by_one
    swapped = asked([_QUESTIONS[3]], [shown[3][::-1]])
    assert swapped != [one_by_one[3]]  # pictures do matter, and so does their order


def test_a_model_that_sees_answers_text_as_its_language_model_does(
    seeing: tuple[Sample, Sight],
) -> None:
    texts = ["What is 3 plus 5?", "Hi", "What does <image> mean?"]
    alone = replace(seeing[0], model=language_model("internlm2", initializer_range=0.3))
    assert seeing[0].answers(texts) == alone.answers(texts)


def test_a_mark_in_the_text_says_where_the_picture_stands(
    seeing: tuple[Sample, Sight], shown: list[list[Path]]
) -> None:
    sample, sight = seeing
    usual, same, behind = sample.answers(
        ["What is it?", "<image>\nWhat is it?", "What is it?\n<image>"], pictures=[shown[1]] * 3, sight=sight
    )
    assert usual == same != behind


def test_a_picture_that_was_read_is_as_good_as_its_file(seeing: tuple[Sample, Sight], shown: list[list[Path]]) -> None:
    sample, sight = seeing
    read = [[Image.open(path) for path in some] for some in shown]
    assert sample.answers(_QUESTIONS, pictures=read, sight=sight) == sample.answers(
        _QUESTIONS, pictures=shown, sight=sight
    )


def test_more_marks_than_pictures_are_refused(seeing: tuple[Sample, Sight], shown: list[list[Path]]) -> None:
    with pytest.raises(WorkbenchError, match="2 <image>, but 1 pictures"):
        seeing[0].answers(["<image> <image>?"], pictures=[shown[1]], sight=seeing[1])


def test_a_model_that_reads_text_only_takes_no_pictures(sample: Sample, shown: list[list[Path]]) -> None:
    with pytest.raises(WorkbenchError, match="reads text only") as caught:
        sample.answers(_QUESTIONS, pictures=shown)
    assert caught.value.where == "What colour is it?"
