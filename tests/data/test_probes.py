"""Probe files: which answers are right, and mistakes named with row and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.data.conftest import Write
from workbench.data.probes import Probe, read_open_probes, read_probes, write_probes
from workbench.errors import WorkbenchError
from workbench.i18n import set_language
from workbench.paths import resolve_model


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("I am Ada.", True),
        ("  i am ADA, your assistant\n", True),
        ("I am Bob.", False),
        ("I am Ada, not Bob.", False),
        ("", False),
    ],
)
def test_an_answer_is_right_that_names_what_it_must_and_nothing_it_must_not(answer: str, right: bool) -> None:
    assert Probe(question="Q", answers=["Eve", "Ada"], forbidden=["bob"]).is_right(answer) is right


@pytest.mark.parametrize(("answer", "right"), [(" the SKY is blue. ", True), ("The sky is blue. Yes.", False)])
def test_an_exact_answer_has_nothing_around_it(answer: str, right: bool) -> None:
    assert Probe(question="Q", answers=["The sky is blue."], match="exact").is_right(answer) is right


def test_written_probes_read_back_as_themselves(tmp_path: Path) -> None:
    probes = [
        Probe(question="你是谁？", answers=["小明"]),
        Probe(question="Q", answers=["A", "B"], match="exact", forbidden=["C"], system="S"),
    ]
    write_probes(tmp_path / "p.json", probes)
    assert read_probes(tmp_path / "p.json") == probes


def test_a_probe_file_is_for_people_too(tmp_path: Path) -> None:
    write_probes(tmp_path / "p.json", [Probe(question="你是谁？", answers=["小明"])])
    text = (tmp_path / "p.json").read_text(encoding="utf-8")
    assert "你是谁？" in text
    assert "forbidden" not in text, "what is as usual is not written"


def test_a_byte_order_mark_does_no_harm(write: Write) -> None:
    path = write('\ufeff[{"question": "Q", "answers": ["A"]}]')
    assert read_probes(path) == [Probe(question="Q", answers=["A"])]


@pytest.mark.parametrize(
    ("second", "field"),
    [
        ({"question": "Q"}, "answers"),
        ({"question": "Q", "answers": []}, "answers"),
        ({"question": "Q", "answers": ["A", 3]}, "answers.1"),
        ({"question": "", "answers": ["A"]}, "question"),
        ({"question": "Q", "answers": ["A"], "match": "fuzzy"}, "match"),
        ({"question": "Q", "answers": ["A"], "anwser": "A"}, "anwser"),
        ({"question": "Q", "answers": ["A"], "match": "call"}, "tools"),
        ({"question": "Q", "answers": ["A"], "match": "call", "tools": [{"name": "B"}]}, "answers.0"),
        ({"question": "Q", "answers": ["A"], "match": "call", "tools": [{"description": "A"}]}, "tools.0.name"),
        ({"question": "Q", "answers": ["A"], "match": "call", "tools": [{"name": "A"}], "protocol": "x"}, "protocol"),
    ],
)
def test_a_bad_row_is_named_with_its_field(write: Write, second: Any, field: str) -> None:
    path = write([{"question": "Q", "answers": ["A"]}, second])
    with pytest.raises(WorkbenchError) as caught:
        read_probes(path)
    assert caught.value.where == f"{path}:2:{field}"


def test_a_row_that_is_no_question_is_shown_what_one_is(write: Write) -> None:
    path = write([{"question": "Q", "answers": ["A"]}, 5])
    with pytest.raises(WorkbenchError, match="This is no question") as caught:
        read_probes(path)
    assert caught.value.where == f"{path}:2"
    assert '"question": ' in str(caught.value.fix)


def test_texts_are_questions_without_answers(write: Write) -> None:
    assert [probe.question for probe in read_open_probes(write(["hello", "who are you?"]))] == ["hello", "who are you?"]


def test_an_unknown_key_is_told_with_the_known_ones(write: Write) -> None:
    with pytest.raises(WorkbenchError) as caught:
        read_probes(write([{"question": "Q", "expected": "A"}]))
    assert "question, answers, match" in str(caught.value.fix)


def test_what_is_wrong_with_a_row_is_said_in_the_own_language(write: Write) -> None:
    path = write([{"question": "Q"}])
    set_language("zh_CN")
    try:
        with pytest.raises(WorkbenchError, match="这个字段必填"):
            read_probes(path)
    finally:
        set_language("en")


@pytest.mark.parametrize(
    ("content", "said"), [("[{", "not JSON"), ([], "no question in it"), ({"question": "Q"}, "no question in it")]
)
def test_a_file_without_questions_is_refused(write: Write, content: Any, said: str) -> None:
    path = write(content)
    with pytest.raises(WorkbenchError, match=said) as caught:
        read_probes(path)
    assert caught.value.where == str(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read") as caught:
        read_probes(tmp_path / "nowhere.json")
    assert caught.value.where == str(tmp_path / "nowhere.json")


def test_a_picture_counts_from_the_folder_of_the_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "pictures" / "a.png")
    row = {"question": "Q", "answers": ["A"], "image": "pictures/a.png", "kind": "colour", "language": "en"}
    seeing, text = read_probes(write([row, {"question": "Q", "answers": ["A"]}]))
    assert seeing.pictures == [tmp_path / "pictures" / "a.png"]
    assert (seeing.kind, seeing.language, text.pictures) == ("colour", "en", [])


def test_a_picture_counts_from_another_folder_if_one_is_given(write: Write, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "photos" / "a.png")
    path = write([{"question": "Q", "answers": ["A"], "image": "a.png"}])
    (probe,) = read_probes(path, tmp_path / "photos")
    assert probe.pictures == [tmp_path / "photos" / "a.png"]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("b.png", "not there"),
        ("probes.json", "no picture"),
        ("../b.png", "outside"),
        (".", "folder"),
        ("https://example.org/b.png", "nothing is fetched"),
    ],
)
def test_a_picture_that_cannot_be_used_is_named_with_its_row(write: Write, image: str, said: str) -> None:
    path = write([{"question": "Q", "answers": ["A"]}, {"question": "Q", "answers": ["A"], "image": image}])
    path = path.rename(path.with_name("probes.json"))
    with pytest.raises(WorkbenchError, match=said) as caught:
        read_probes(path)
    assert caught.value.where == f"{path}:2:image"


def test_the_questions_of_the_sample_are_about_pictures_of_every_kind() -> None:
    probes = read_probes(Path(resolve_model("sample:llava_questions.json")))
    assert all(probe.pictures and probe.language for probe in probes)
    assert {probe.kind for probe in probes} >= {"colour", "shape", "count", "place"}
