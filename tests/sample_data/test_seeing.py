"""The pictures of the sample project are those that its script draws, and training sees nothing of the held-out ones."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sample_data.seeing.drawing import SIDE, mask, paint
from sample_data.seeing.files import Drawn, drawn_pictures
from sample_data.seeing.wording import LANGUAGES, caption, named, questions_about
from sample_data.seeing.world import PLACES, Picture, PictureMaker, is_held_out
from workbench.paths import shipped

_SAMPLE = shipped("sample_data")
_MOST_BYTES = 25_000_000


def _rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((_SAMPLE / name).read_text(encoding="utf-8"))
    return found


def _pictures_of(name: str) -> set[str]:
    return {row["image"] for row in _rows(name)}


@pytest.mark.parametrize("held_out", [False, True])
def test_the_files_show_what_the_script_draws(held_out: bool) -> None:
    drawn = drawn_pictures(held_out=held_out)
    folder = _SAMPLE / Path(drawn[0].path).parent
    assert sorted(path.name for path in folder.iterdir()) == sorted(Path(one.path).name for one in drawn)
    for one in drawn[:40]:
        stored = np.asarray(Image.open(_SAMPLE / one.path).convert("RGB")).astype(int)
        assert stored.shape == (SIDE, SIDE, 3)
        # a file has few colours: those of smooth edges may be moved a little
        assert np.abs(stored - np.asarray(paint(one.picture)).astype(int)).mean() < 1.0


def test_no_training_picture_shows_a_thing_in_a_held_out_colour() -> None:
    training, held_out = drawn_pictures(held_out=False), drawn_pictures(held_out=True)

    def shown(pictures: list[Drawn]) -> set[tuple[str, str]]:
        return {(thing.name, thing.colour) for one in pictures for thing in one.picture.things}

    assert not any(is_held_out(*both) for both in shown(training))
    assert all(is_held_out(*both) for both in shown(held_out))
    assert {name for name, _colour in shown(held_out)} == {name for name, _colour in shown(training)}
    assert {colour for _name, colour in shown(held_out)} == {colour for _name, colour in shown(training)}


def test_no_file_is_a_held_out_picture_and_a_training_one() -> None:
    folders = [_SAMPLE / "pictures" / name for name in ("train", "held_out")]
    train, held_out = ({hashlib.sha256(path.read_bytes()).digest() for path in one.iterdir()} for one in folders)
    assert not train & held_out


def test_rows_name_training_pictures_and_questions_held_out_ones() -> None:
    training = {one.path for one in drawn_pictures(held_out=False)}
    assert _pictures_of("llava_captions.json") == training
    assert _pictures_of("llava_dialogues.json") == training
    assert _pictures_of("llava_questions.json") == {one.path for one in drawn_pictures(held_out=True)}


@pytest.mark.parametrize("name", ["llava_captions.json", "llava_dialogues.json"])
def test_rows_are_those_of_llava(name: str) -> None:
    rows = _rows(name)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        speakers = [turn["from"] for turn in row["conversations"]]
        assert speakers == ["human", "gpt"] * (len(speakers) // 2)
        marks = ["<image>" in turn["value"] for turn in row["conversations"]]
        assert marks == [True, *[False] * (len(marks) - 1)]


def test_what_rows_say_is_what_their_pictures_show() -> None:
    captions, dialogues = _rows("llava_captions.json"), _rows("llava_dialogues.json")
    for drawn, captioned, talked in list(zip(drawn_pictures(held_out=False), captions, dialogues, strict=True))[:400]:
        assert captioned["image"] == talked["image"] == drawn.path
        assert captioned["conversations"][1]["value"] in {caption(drawn.picture, language) for language in LANGUAGES}
        right = _questions_and_answers(drawn.picture)
        said = [turn["value"].removeprefix("<image>\n") for turn in talked["conversations"]]
        assert set(zip(said[::2], said[1::2], strict=True)) <= right


def test_held_out_questions_are_answered_as_their_pictures_show() -> None:
    pictures = {drawn.path: drawn.picture for drawn in drawn_pictures(held_out=True)}
    for row in _rows("llava_questions.json"):
        assert (row["question"], row["answers"][0]) in _questions_and_answers(pictures[row["image"]])


def _questions_and_answers(picture: Picture) -> set[tuple[str, str]]:
    """In any phrasing, each question with the answer that is trained."""
    draw = random.Random(1)
    return {
        (asked.question, asked.answers[0])
        for language in LANGUAGES
        for _ in range(16)
        for asked in questions_about(picture, draw, language)
    }


def test_the_seed_settles_the_pictures() -> None:
    one, same, other = (PictureMaker(seed) for seed in (1, 1, 2))
    drawn = [one.draw("pair") for _ in range(20)]
    assert drawn == [same.draw("pair") for _ in range(20)]
    assert drawn != [other.draw("pair") for _ in range(20)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_what_is_drawn(language: str) -> None:
    maker = PictureMaker(5)
    draw = random.Random(5)
    for _ in range(60):
        picture = maker.draw("group")
        answers = {asked.kind: asked.answers for asked in questions_about(picture, draw, language)}  # type: ignore[arg-type]
        thing = picture.things[0]
        assert named(thing.name, language) in answers["shape"]  # type: ignore[arg-type]
        assert named(thing.colour, language) in answers["colour"]  # type: ignore[arg-type]
        assert str(len(picture.things)) in answers["count"]
        assert str(len(picture.things)) in caption(picture, language)  # type: ignore[arg-type]


def test_a_single_thing_lies_where_its_place_says() -> None:
    maker = PictureMaker(6)
    for _ in range(60):
        picture = maker.draw("single")
        rows, columns = np.nonzero(np.asarray(mask(picture)))
        third = SIDE / 3
        assert picture.place == PLACES[3 * int(rows.mean() / third) + int(columns.mean() / third)]


def test_no_thing_hides_another() -> None:
    maker = PictureMaker(7)
    for kind in ("single", "group", "pair", "scene"):
        for _ in range(30):
            picture = maker.draw(kind)  # type: ignore[arg-type]
            pixels = np.bincount(np.asarray(mask(picture)).flatten(), minlength=len(picture.things) + 1)
            assert pixels.min() > 60


def test_the_sample_project_stays_small() -> None:
    files = [path for path in _SAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < _MOST_BYTES
