"""Pictures told in words: the same for the same seed, true to the picture, and what the sample model has learned of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from sample_data.picture_words import PictureTeller, embedded, part_of_picture, teach_picture_words, told_batch
from sample_data.seeing.wording import LANGUAGES, Language, named
from sample_data.seeing.world import COLOURS, PLACES
from workbench.data.encode import NOT_TRAINED
from workbench.models.load import load_language_model, load_tokenizer

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load_tokenizer("sample:model")


def test_the_seed_settles_what_is_told(tokenizer: Any) -> None:
    one, same, other = (PictureTeller(seed, tokenizer) for seed in (1, 1, 2))
    first = [one.told() for _ in range(5)]
    for (said, words), (said_again, words_again) in zip(first, (same.told() for _ in range(5)), strict=True):
        assert said == said_again
        assert torch.equal(words, words_again)
    assert [said for said, _words in first] != [other.told()[0] for _ in range(5)]


def test_what_is_asked_is_always_answered_by_a_caption(tokenizer: Any) -> None:
    teller = PictureTeller(3, tokenizer)
    starts = ("There is ", "There are ", "The picture shows ", "有", "这是", *"左右上下中")
    assert all(teller.told()[0].turns[-1].content.startswith(starts) for _ in range(80))


def test_most_captions_can_be_read_off_what_is_told(tokenizer: Any) -> None:
    teller = PictureTeller(4, tokenizer)
    readable = 0
    for _ in range(60):
        conversation, words = teller.told()
        told = set(words.sum(dim=0).nonzero().flatten().tolist())
        readable += all(
            any(told.issuperset(_tokens(tokenizer, word, language)) for language in LANGUAGES)
            for word in COLOURS
            if any(named(word, language) in conversation.turns[-1].content for language in LANGUAGES)
        )
    assert readable > 50


def test_the_sample_model_captions_what_it_is_told(tokenizer: Any) -> None:
    """The shipped weights are those of this phase: a projector has only to find the words."""
    model = load_language_model("sample:model", precision="fp32").eval()
    torch.manual_seed(5)
    ids, labels, places, words = told_batch(PictureTeller(99, tokenizer), 60)
    with torch.no_grad():
        states = model.model(inputs_embeds=embedded(model, ids, places, words)).last_hidden_state[:, :-1]
    trained = labels[:, 1:] != NOT_TRAINED
    right = model.lm_head(states[trained]).argmax(dim=-1) == labels[:, 1:][trained]
    assert right.double().mean() > 0.93


def test_the_same_seed_makes_the_same_model(tmp_path: Path, tokenizer: Any) -> None:
    threads = torch.get_num_threads()
    try:
        for name in ("one", "same"):
            model = load_language_model("sample:model", precision="fp32")
            teach_picture_words(model, tokenizer, tmp_path / name, steps=2)
    finally:
        torch.set_num_threads(threads)
    assert (tmp_path / "one/model.safetensors").read_bytes() == (tmp_path / "same/model.safetensors").read_bytes()


def _tokens(tokenizer: Any, word: str, language: Language) -> list[int]:
    text = f" {word}" if language == "en" else named(word, language)
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False)
    return ids


def test_parts_of_the_picture_are_those_of_the_places() -> None:
    assert [part_of_picture(patch) for patch in (0, 2, 5, 14, 21, 30, 33, 35)] == [
        PLACES[number] for number in (0, 1, 2, 4, 4, 6, 7, 8)
    ]
