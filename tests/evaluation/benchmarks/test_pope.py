"""POPE: what an answer means, the figures by hand, and rows that cannot be asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from workbench.errors import WorkbenchError
from workbench.evaluation.benchmarks.pope import Pope, figures_of, says_yes
from workbench.evaluation.scores import Share


@pytest.mark.parametrize(
    ("answer", "yes"),
    [
        ("Yes", True),
        ("Yes, there is a dog.", True),
        ("No", False),
        ("no.", False),
        ("No, there isn't.", False),
        ("There is not a dog in the image. Yes.", False),
        ("Yes. There is no cat, though.", True),
        ("Nobody knows", True),
        ("", True),
        ("没有", False),
        ("不是。", False),
        ("是的，有不少。", True),
    ],
)
def test_an_answer_means_no_if_its_first_sentence_says_so(answer: str, yes: bool) -> None:
    assert says_yes(answer) is yes


def test_the_figures_are_those_of_the_paper() -> None:
    # 3 yes right, 1 yes wrong, 2 no right, 2 no wrong
    labels = [True, True, True, False, False, False, True, True]
    given = [True, True, True, True, False, False, False, False]
    assert figures_of(labels, given) == {
        "accuracy": 5 / 8,
        "precision": 3 / 4,
        "recall": 3 / 5,
        "f1": pytest.approx(2 * 0.75 * 0.6 / 1.35),
        "yes_ratio": 4 / 8,
    }


def test_a_model_that_never_says_yes_has_no_precision() -> None:
    assert figures_of([True, False], [False, False]) == {
        "accuracy": 0.5,
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "yes_ratio": 0.0,
    }


def _row(number: int, label: str, **changes: Any) -> dict[str, Any]:
    row = {"question_id": number, "image": "a.png", "text": f"Is there a dog {number}?", "label": label}
    return row | changes


def _file(folder: Path, *rows: dict[str, Any]) -> Path:
    images = folder / "images"
    images.mkdir()
    Image.new("RGB", (4, 4)).save(images / "a.png")
    path = folder / "pope.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_a_file_is_asked_and_scored(tmp_path: Path) -> None:
    path = _file(
        tmp_path, _row(1, "yes", category="random"), _row(2, "no", category="random"), _row(3, "No", category="popular")
    )
    pope = Pope(path, tmp_path / "images")
    assert [question.text for question in pope.questions] == [f"Is there a dog {number}?" for number in (1, 2, 3)]
    assert all(question.pictures == (tmp_path / "images" / "a.png",) for question in pope.questions)
    outcome = pope.outcome(["Yes.", "No.", "Yes, two dogs."])
    assert outcome.score is not None
    assert (outcome.score.right, outcome.score.total) == (2, 3)
    assert [(wrong.expected, wrong.answer) for wrong in outcome.score.wrong] == [(["no"], "Yes, two dogs.")]
    assert outcome.figures["precision"] == 0.5
    assert outcome.tables == {"category": {"popular": Share(0, 1), "random": Share(2, 2)}}


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        (_row(2, "maybe"), "2:label", "yes or no"),
        (_row(2, "no", image="b.png"), "2:image", "not there"),
        (_row(2, "no", image="../pope.jsonl"), "2:image", "outside"),
        ({"image": "a.png", "label": "no"}, "2:text", "missing"),
    ],
)
def test_a_row_that_cannot_be_asked_is_named(tmp_path: Path, row: dict[str, Any], place: str, said: str) -> None:
    path = _file(tmp_path, _row(1, "yes"), row)
    with pytest.raises(WorkbenchError, match=said) as caught:
        Pope(path, tmp_path / "images")
    assert caught.value.where == f"{path}:{place}"


def test_several_bad_rows_are_told_together(tmp_path: Path) -> None:
    path = _file(tmp_path, *(_row(number, "maybe") for number in range(1, 8)), _row(8, "no"))
    with pytest.raises(WorkbenchError, match="7 rows cannot be asked") as caught:
        Pope(path, tmp_path / "images")
    assert caught.value.what.count("pope.jsonl") == 5
    assert f"{path}:1:label" in caught.value.what
