"""RefCOCO: boxes out of answers, overlaps by hand, and both layouts of its rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from workbench.errors import WorkbenchError
from workbench.evaluation.benchmarks.refcoco import RefCoco, box_in, overlap


@pytest.mark.parametrize(
    ("answer", "box"),
    [
        ("{<10><20><30><40>}", (10, 20, 30, 40)),
        (" It is at {<0><0><100><100>}. ", (0, 0, 100, 100)),
        ("{<10><20><30>}", None),
        ("{<10><20><30><40>} or {<1><2><3><4>}", None),
        ("on the left", None),
    ],
)
def test_a_box_is_four_numbers(answer: str, box: Any) -> None:
    assert box_in(answer) == box


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ((0, 0, 9, 9), (0, 0, 9, 9), 1.0),
        ((0, 0, 9, 9), (10, 10, 19, 19), 0.0),
        ((0, 0, 9, 9), (5, 0, 14, 9), 50 / 150),  # 5 of 10 columns are in both
        ((0, 0, 9, 9), (0, 0, 4, 4), 25 / 100),
        ((9, 9, 0, 0), (0, 0, 9, 9), 0.0),  # corners the wrong way round
    ],
)
def test_the_overlap_counts_the_last_row_and_column(one: Any, other: Any, share: float) -> None:
    assert overlap(one, other) == pytest.approx(share)
    assert overlap(other, one) == pytest.approx(share)


def _file(folder: Path, *rows: dict[str, Any]) -> Path:
    images = folder / "coco" / "train2017"
    images.mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(images / "000000000012.jpg")
    path = folder / "ref.json"
    path.write_text(json.dumps(rows))
    return path


def _row(**changes: Any) -> dict[str, Any]:
    row = {"image": "coco/train2017/000000000012.jpg", "sents": ["the dog", "left dog"], "bbox": [0, 0, 320, 240]}
    return row | {"height": 480, "width": 640} | changes


def test_each_sentence_is_a_question_about_the_same_box(tmp_path: Path) -> None:
    path = _file(tmp_path, _row(), _row(sents="all of it", bbox=[0, 0, 640, 480]))
    refcoco = RefCoco(path, tmp_path)
    assert [question.text for question in refcoco.questions] == [
        f"[refer] give me the location of {sentence}" for sentence in ("the dog", "left dog", "all of it")
    ]
    outcome = refcoco.outcome(["{<0><0><50><50>}", "{<0><0><20><20>}", "somewhere"])
    assert outcome.score is not None
    assert (outcome.score.right, outcome.score.total) == (1, 3)
    assert outcome.score.wrong[0].expected == ["{<0><0><50><50>}"]
    assert outcome.figures == {"boxes": 2 / 3}


def test_pictures_of_xtuners_evaluation_files_are_named_by_id(tmp_path: Path) -> None:
    row = _row(img_id="COCO_train2014_000000000012_0", sents="dog")
    del row["image"]
    (question,) = RefCoco(_file(tmp_path, row), tmp_path).questions
    assert question.pictures == (tmp_path / "coco" / "train2017" / "000000000012.jpg",)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"bbox": [0, 0, 700, 240]}, "bbox", "leaves the picture"),
        ({"sents": None}, "sents", "null"),
        ({"image": "coco/nowhere.jpg"}, "image", "not there"),
        ({"image": None, "img_id": "12"}, "img_id", "COCO_train2014"),
        ({"image": None}, "image", "missing"),
    ],
)
def test_a_row_that_cannot_be_asked_is_named(tmp_path: Path, changes: dict[str, Any], field: str, said: str) -> None:
    path = _file(tmp_path, _row(), _row(**changes))
    with pytest.raises(WorkbenchError, match=said) as caught:
        RefCoco(path, tmp_path)
    assert caught.value.where == f"{path}:2:{field}"
