"""MMBench: the wording, circular shares by hand, what is handed in, and rows that cannot be asked."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path

import pytest
from PIL import Image

from workbench.data.kept_pictures import kept_pictures
from workbench.errors import WorkbenchError
from workbench.evaluation.benchmarks.mmbench import MMBench, letter_in
from workbench.evaluation.scores import Share

_MILLION = 1_000_000
Cells = dict[str, str]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures out of the rows are kept here."""
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))


def picture(colour: str) -> str:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def row(index: int, answer: str, **changes: str) -> Cells:
    cells = {
        "index": str(index),
        "question": f"What is {index % _MILLION}?",
        "hint": "",
        "A": "one",
        "B": "two",
        "C": "",
        "D": "",
        "category": "odd" if index % 2 else "even",
        "l2-category": "numbers",
        "image": picture("red"),
        "answer": answer,
    }
    return cells | changes


def write(folder: Path, *rows: Cells, without: str = "") -> Path:
    path = folder / "mmbench.tsv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        columns = [name for name in rows[0] if name != without]
        writer = csv.DictWriter(stream, columns, delimiter="\t", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_question_names_its_choices_and_how_to_answer(tmp_path: Path) -> None:
    english, chinese = MMBench(
        write(tmp_path, row(1, "A", hint="Look closely."), row(2, "B", A="红色", B="蓝色", C="绿色"))
    ).questions
    assert english.text == (
        "Look closely.\nWhat is 1?\nA. one\nB. two\nAnswer with the option's letter from the given choices directly."
    )
    assert chinese.text == "What is 2?\nA. 红色\nB. 蓝色\nC. 绿色\n请直接回答选项字母。"


@pytest.mark.parametrize(
    ("answer", "letter"), [("A", "A"), (" B.", "B"), ("the answer is C", "C"), ("AB", "AB"), ("none", ""), ("E", "")]
)
def test_the_letter_is_the_first_of_a_to_d(answer: str, letter: str) -> None:
    assert letter_in(answer) == letter


def test_a_question_counts_only_if_it_is_right_in_every_order(tmp_path: Path) -> None:
    rows = [row(1, "A"), row(2, "A"), row(3, "A"), row(1 + _MILLION, "B"), row(2 + _MILLION, "B")]
    outcome = MMBench(write(tmp_path, *rows)).outcome(["A", "A", "B", "B", "A"])
    assert outcome.score is not None
    assert (outcome.score.right, outcome.score.total) == (1, 3)  # 2 was wrong the second time, 3 the only time
    assert outcome.figures == {"plain": 2 / 3}
    assert [(wrong.expected, wrong.answer) for wrong in outcome.score.wrong] == [(["A"], "B"), (["B"], "A")]
    assert outcome.tables == {
        "category": {"even": Share(0, 1), "odd": Share(1, 2)},
        "l2-category": {"numbers": Share(1, 3)},
    }
    assert json.loads(outcome.files["mmbench_result.json"]) == {
        "circular": 1 / 3,
        "plain": 2 / 3,
        "category": {"even": 0.0, "odd": 0.5},
        "l2-category": {"numbers": 1 / 3},
    }


def test_the_test_split_has_no_score_but_a_table_to_hand_in(tmp_path: Path) -> None:
    outcome = MMBench(write(tmp_path, row(1, ""), row(2, ""), without="answer")).outcome(["A", 'B\t"two"\n'])
    assert outcome.score is None
    assert list(outcome.files) == ["mmbench_answers.tsv"]
    first, second = csv.DictReader(io.StringIO(outcome.files["mmbench_answers.tsv"]), delimiter="\t")
    assert list(first) == ["index", "question", "hint", *"ABCD", "prediction", "category", "l2-category"]
    assert (first["prediction"], second["prediction"], second["index"]) == ("A", 'B\t"two"\n', "2")


def test_pictures_are_those_of_the_rows_or_of_an_earlier_one(tmp_path: Path) -> None:
    rows = [row(1, "A", image=picture("blue")), row(2, "A"), row(1 + _MILLION, "A", image="1")]
    (first,), (second,), (again,) = (question.pictures for question in MMBench(write(tmp_path, *rows)).questions)
    assert first == again != second
    with Image.open(first) as image:
        assert image.convert("RGB").getpixel((0, 0)) == (0, 0, 255)
    assert first.is_relative_to(kept_pictures())


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"index": "one"}, "index", "whole number"),
        ({"question": ""}, "question", "question is missing"),
        ({"A": ""}, "A", "choices are missing"),
        ({"answer": "D"}, "answer", "letter of a choice"),
        ({"answer": ""}, "answer", "other rows have one"),
        ({"image": ""}, "image", "picture is missing"),
        ({"image": "77"}, "image", "no earlier row"),
        ({"image": "!!!!"}, "image", "not base64"),
        ({"image": picture("red")[:-6]}, "image", "not base64"),
        ({"image": base64.b64encode(b"no picture at all").decode()}, "image", "no picture"),
        ({"image": base64.b64encode(base64.b64decode(picture("red"))[:-24]).decode()}, "image", "damaged or cut"),
    ],
)
def test_a_row_that_cannot_be_asked_is_named(tmp_path: Path, changes: Cells, field: str, said: str) -> None:
    path = write(tmp_path, row(1, "A"), row(2, "A") | changes)
    with pytest.raises(WorkbenchError, match=said) as caught:
        MMBench(path)
    assert caught.value.where == f"{path}:3:{field}"  # the header is line 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no such file") as caught:
        MMBench(tmp_path / "nowhere.tsv")
    assert caught.value.where == str(tmp_path / "nowhere.tsv")
