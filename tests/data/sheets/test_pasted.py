"""A pasted answer becomes LLaVA rows, or complaints that can be mended line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from workbench.data.sheets.pasted import IMAGE_SET, MISSPELT, PLACE_SET, WRAPPED, parse_pasted
from workbench.data.sheets.prompts import picture_prompt

QUESTION = {"from": "human", "value": "<image>\nWhat is this?"}
ANSWER = {"from": "gpt", "value": "A cat."}
ROW = {"id": "1", "image": "cat.jpg", "conversations": [QUESTION, ANSWER]}


def pasted(value: Any, around: str = "{}") -> str:
    return around.replace("{}", json.dumps(value, ensure_ascii=False, indent=1))


@pytest.mark.parametrize(
    "around", ["{}", "[{}]", "```json\n[{}]\n```", "Here you are:\n```\n{}\n```\nShall I go on?", '{"rows": [{}]}']
)
def test_a_sound_row_is_taken_as_it_is_whatever_stands_around_it(around: str) -> None:
    result = parse_pasted(pasted(ROW, around), "cat.jpg")
    assert result.rows == [ROW]
    assert not result.complaints and not result.mended


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"id": "1", "image": "cat.jpg", "conversation": [QUESTION, ANSWER]}, MISSPELT),
        ({**ROW, "image": "1.jpg"}, IMAGE_SET),
        ({"id": "1", "conversations": [QUESTION, ANSWER]}, IMAGE_SET),
        ({**ROW, "conversations": [{**QUESTION, "value": "What is this?"}, ANSWER]}, PLACE_SET),
    ],
)
def test_harmless_faults_are_mended_and_told(row: dict[str, Any], sentence: str) -> None:
    result = parse_pasted(pasted(row), "cat.jpg")
    assert result.rows == [ROW]
    assert dict(result.mended) == {sentence: 1}


def test_roles_of_other_services_are_understood() -> None:
    turns = [{"role": "user", "content": QUESTION["value"]}, {"role": "assistant", "content": ANSWER["value"]}]
    assert parse_pasted(pasted({**ROW, "conversations": turns}), "cat.jpg").rows == [ROW]


def test_turns_without_a_row_become_one() -> None:
    result = parse_pasted(pasted([QUESTION, ANSWER]), "cat.jpg")
    assert [row["conversations"] for row in result.rows] == [[QUESTION, ANSWER]]
    assert result.mended[WRAPPED] == 1


def test_a_missing_id_is_the_picture_and_its_number() -> None:
    row = {"image": "cat.jpg", "conversations": [QUESTION, ANSWER]}
    assert [made["id"] for made in parse_pasted(pasted([row, row]), "cat.jpg").rows] == ["cat.jpg", "cat.jpg#2"]


@pytest.mark.parametrize(
    ("turns", "line", "what"),
    [
        ([], 1, "no list"),
        ("text", 1, "no list"),
        ([QUESTION], 2, "no answer"),
        ([QUESTION, ANSWER, QUESTION], 4, "no answer"),
        ([ANSWER, QUESTION], 2, "take turns"),
        ([QUESTION, ANSWER, ANSWER, QUESTION], 4, "take turns"),
        ([QUESTION, {"from": "gpt", "value": ""}], 3, "missing"),
        ([QUESTION, {"from": "gpt"}], 3, "missing"),
        ([{"from": "human", "value": "<image>\n"}, ANSWER], 2, "missing"),
        ([QUESTION, {"from": "teacher", "value": "x"}], 3, "who speaks"),
        ([QUESTION, {"value": "x"}], 3, "who speaks"),
        ([QUESTION, "A cat."], 3, "must be an object"),
        ([QUESTION, ANSWER, QUESTION, ANSWER], 4, "more than once"),
        ([{**QUESTION, "value": "What?"}, {"from": "gpt", "value": "<image> a cat"}], 3, "in an answer"),
    ],
)
def test_a_fault_is_named_by_the_line_of_its_turn(turns: Any, line: int, what: str) -> None:
    lines = ",\n".join(json.dumps(turn) for turn in turns) if isinstance(turns, list) else ""
    listed = f"[\n{lines}]" if isinstance(turns, list) else json.dumps(turns)
    result = parse_pasted(f'{{"id": "1", "conversations": {listed}}}', "cat.jpg")
    assert result.rows == []
    assert [complaint.line for complaint in result.complaints] == [line]
    assert what in result.complaints[0].what and result.complaints[0].fix


def test_sound_rows_stay_beside_faulty_ones() -> None:
    faulty = {**ROW, "conversations": [QUESTION]}
    result = parse_pasted(f"{json.dumps(ROW)}\n{json.dumps(faulty)}\n{{'id': 1}}\n{json.dumps(ROW)}", "cat.jpg")
    assert result.rows == [ROW, ROW]
    assert [complaint.line for complaint in result.complaints] == [2, 3]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no JSON"),
        ("I cannot see the picture.", "no JSON"),
        ('{"question": "What?", "answer": "A cat."}', "question, answer is no row"),
        ('{"title": "cat"}', "title is no row"),
        ('{"conversations": [{"from": "human", "value": "\\ud83d?"}, {"from": "gpt", "value": "x"}]}', "half of a"),
    ],
)
def test_what_is_no_row_is_told(text: str, what: str) -> None:
    result = parse_pasted(text, "cat.jpg")
    assert not result.is_sound
    assert what in result.complaints[0].what


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_in_the_prompt_is_one_that_is_taken_back(language: Any) -> None:
    form = picture_prompt(2, language, "cat.jpg")
    result = parse_pasted(form[form.index("[{") :], "cat.jpg")
    assert result.is_sound and not result.mended
    assert len(result.rows[0]["conversations"]) == 4


@settings(max_examples=60, deadline=None)
@given(some.text(), some.integers(0, 200), some.integers(0, 200))
def test_no_text_however_cut_or_changed_is_taken_without_a_row_or_a_complaint(word: str, at: int, length: int) -> None:
    text = pasted([ROW, ROW])
    result = parse_pasted(text[:at] + word + text[at + length :], "cat.jpg")
    assert result.rows or result.complaints
    assert all(1 <= complaint.line <= text.count("\n") + word.count("\n") + 1 for complaint in result.complaints)
    assert all(row["image"] == "cat.jpg" and len(row["conversations"]) >= 2 for row in result.rows)
